//! Issues: reporting one at a door, where each stands, and taking its next step.

mod cards;

pub use cards::*;

use crate::core::Asking;
use crate::error::{CommandError, Result};
use crate::photos::{self, PhotoUse};
use crate::saved::{Saved, id};
use crate::words::{self, SyncMark};
use crate::{moment, rights};
use local_store::issues::{Category, Issue};
use local_store::saving::NewEdit;
use local_store::{Tx, households, issues, places};
use sync_protocol::folds::issue::Holder;
use sync_protocol::folds::steps::{self, Limit, Must, State, Step};
use sync_protocol::policy::issue_steps::{IssueAt, is_resident_helper, may_take, needs};
use sync_protocol::policy::{Assignment, Role, Scope};
use sync_protocol::{RecordId, RecordKey, RecordState, Value, day};

pub(crate) fn list_categories(asking: &Asking, _: ()) -> Result<Vec<CategoryCard>> {
    asking.read(|tx| {
        let cards = issues::categories(tx)?.into_iter().map(|one| CategoryCard {
            id: one.id.to_string(),
            group: words::read(&one.group, CategoryGroup::Issue),
            code: one.code,
            name: one.name,
            name_en: one.name_en,
            picture: one.picture,
            private: one.private,
        });
        Ok(cards.collect())
    })
}

/// Reports an issue. Its number is given here, without asking anybody.
pub(crate) fn report_issue(asking: &Asking, input: NewIssue) -> Result<Saved> {
    let issue = asking.mint()?;
    let building = input.building.as_deref().map(|text| id("building", text)).transpose()?;
    let household = input.household.as_deref().map(|text| id("household", text)).transpose()?;
    let category = id("category", &input.category)?;
    let picked = photos::ids(&input.photos)?;
    let (category, grid, helps) = asking.read(|tx| {
        let category = known_category(tx, category)?;
        let grid = match (building, &input.grid) {
            (Some(building), _) => local_store::buildings::one(tx, building)?.grid,
            (None, Some(grid)) if places::divisions(tx)?.iter().any(|one| one.code == *grid) => grid.clone(),
            _ => return Err(CommandError::value("place", "empty")),
        };
        if let Some(household) = household {
            households::expect(tx, household)?;
        }
        let own = rights::assignments(tx, asking.person)?;
        let helps = is_resident_helper(&own, &grid, &moment::today(tx)?, &rights::Held(tx));
        Ok((category, grid, helps))
    })?;
    for (field, text) in [("words", &input.words), ("place", &input.place)] {
        if text.trim().is_empty() {
            return Err(CommandError::value(field, "empty"));
        }
    }
    asking.save_from(input.draft.as_deref(), |tx, now| {
        let (calendar, version) = issues::work_calendar(tx)?;
        let limit = calendar.minutes_until(now, category.accept_hours * 60);
        let source = match household {
            _ if helps => "lead",
            Some(_) => "visit",
            None => "seen",
        };
        let mut edits = vec![
            NewEdit::create("issue", issue, asking.person)
                .set("number", issues::next_number(tx, &day::day_of(now))?)
                .set("words", input.words.trim())
                .set("source", source)
                .set("household", household)
                .set("author_name", asking.author())
                .set("happened_at", day::time_text(now))
                .set("limit_minutes", i64::from(limit))
                .set("calendar_version", version)
                .set("category", category.id)
                .set("place", input.place.trim())
                .set("grid", grid)
                .set("building", building)
                .set("urgency", words::word(&input.urgency))
                .set("private", household.is_some() || category.private),
        ];
        let about = RecordKey::new("issue", issue);
        edits.extend(photos::attach(tx, asking, &about, PhotoUse::Before, &picked)?);
        Ok(edits)
    })?;
    asking.saved(issue)
}

pub(crate) fn list_issues(asking: &Asking, input: IssueQuery) -> Result<Vec<IssueCard>> {
    asking.read(|tx| {
        let eyes = Eyes::of(tx, asking)?;
        let all = issues::under(tx, input.scope.as_deref())?;
        let cards = all.iter().map(|issue| eyes.card(tx, issue)).collect::<Result<Vec<_>>>()?;
        let wanted = cards.into_iter().filter(|card| {
            let open = !matches!(card.state, IssueState::Closed | IssueState::Merged | IssueState::Void);
            match input.tab {
                IssueTab::NeedsMe => card.needs_me,
                IssueTab::Open => open,
                IssueTab::Closed => !open,
            }
        });
        let mut wanted: Vec<IssueCard> = wanted.collect();
        if input.tab != IssueTab::Closed {
            // What runs out first stands first; what has no limit comes last.
            wanted.sort_by(|a, b| (a.deadline.is_none(), &a.deadline).cmp(&(b.deadline.is_none(), &b.deadline)));
        }
        Ok(wanted)
    })
}

pub(crate) fn issue_file(asking: &Asking, input: IssueRef) -> Result<IssueFile> {
    let issue = id("issue", &input.issue)?;
    asking.read(|tx| {
        let issue = issues::one(tx, issue)?;
        let eyes = Eyes::of(tx, asking)?;
        let mut steps: Vec<&RecordState> = issue.steps.iter().collect();
        steps.sort_by_key(|step| (step.marks.first().map(|mark| mark.order()), step.id));
        let lines = steps.into_iter().map(|step| step_line(tx, &issue, step)).collect::<Result<Vec<_>>>()?;
        let allowed = eyes.allowed(tx, &issue)?.into_iter().map(|(step, _)| AllowedStep {
            step: step.name.to_owned(),
            needs_words: step.must.iter().any(|must| matches!(must, Must::Words | Must::WordsOrPhoto)),
            or_photo: step.must.contains(&Must::WordsOrPhoto),
            needs_units: step.must.contains(&Must::To),
            needs_due: step.must.contains(&Must::Due),
            needs_reason: step.must.contains(&Must::Reason),
            needs_rating: step.must.contains(&Must::Rating),
        });
        Ok(IssueFile {
            card: eyes.card(tx, &issue)?,
            photos: photos::cards(tx, &issue.record.key())?,
            steps: lines,
            allowed: allowed.collect(),
            units: unit_cards(tx, &issue)?,
        })
    })
}

/// Takes a step, where the asker may and the state allows it.
pub(crate) fn take_step(asking: &Asking, input: NewStep) -> Result<Saved> {
    let issue_id = id("issue", &input.issue)?;
    let to = input.to.iter().map(|text| id("unit", text)).collect::<Result<Vec<_>>>()?;
    let taken = asking.mint()?;
    let picked = photos::ids(&input.photos)?;
    let (row, for_unit, category) = asking.read(|tx| {
        let issue = issues::one(tx, issue_id)?;
        let found = Eyes::of(tx, asking)?.allowed(tx, &issue)?.into_iter().find(|(step, _)| step.name == input.step);
        let (row, for_unit) = found.ok_or_else(|| CommandError::new("not_allowed"))?;
        let category = issue.record.reference("category").map(|id| issues::category(tx, id)).transpose()?.flatten();
        Ok((row, for_unit, category))
    })?;
    let said = input.words.as_deref().map(str::trim).filter(|words| !words.is_empty());
    for must in row.must {
        let (field, there) = match must {
            Must::Words => ("words", said.is_some()),
            Must::WordsOrPhoto => ("words", said.is_some() || !picked.is_empty()),
            Must::To => ("to", !to.is_empty()),
            Must::Due => ("due", input.due.as_deref().is_some_and(|due| day::time_ms(due).is_some())),
            Must::Reason => ("reason", input.reason.is_some()),
            Must::Rating => ("rating", input.rating.is_some()),
            Must::SameAs => ("same_as", false),
        };
        if !there {
            return Err(CommandError::value(field, "empty"));
        }
    }
    asking.save_from(input.draft.as_deref(), |tx, now| {
        let (calendar, version) = issues::work_calendar(tx)?;
        let hours = category.as_ref().and_then(|category| hours_of(category, row.starts?));
        let limit = hours.map(|hours| i64::from(calendar.minutes_until(now, hours * 60)));
        let mut edits = vec![
            NewEdit::create("issue_step", taken, asking.person)
                .set("issue", issue_id)
                .set("step", row.name)
                .set("words", said)
                .set("for_unit", for_unit)
                .set("to", (!to.is_empty()).then_some(to))
                .set("due", input.due.as_deref())
                .set("reason", input.reason.as_deref())
                .set("rating", input.rating.as_deref())
                .set("calendar_version", limit.and(version))
                .set("limit_minutes", limit)
                .set("happened_at", day::time_text(now))
                .set("author_name", asking.author()),
        ];
        let used_as = match row.name {
            "handle" | "solve" => PhotoUse::After,
            "supplement" => PhotoUse::Before,
            _ => PhotoUse::Photo,
        };
        edits.extend(photos::attach(tx, asking, &RecordKey::new("issue_step", taken), used_as, &picked)?);
        Ok(edits)
    })?;
    asking.saved(taken)
}

/// What the asker's assignments let them do with an issue.
struct Eyes {
    person: RecordId,
    assignments: Vec<Assignment>,
    today: String,
    now_ms: u64,
}

impl Eyes {
    fn of(tx: &Tx<'_>, asking: &Asking) -> Result<Self> {
        Ok(Self {
            person: asking.person,
            assignments: rights::assignments(tx, asking.person)?,
            today: moment::today(tx)?,
            now_ms: moment::now_ms(tx)?,
        })
    }

    /// An issue as the policy sees it.
    fn at<'a>(&self, tx: &Tx<'_>, issue: &'a Issue) -> Result<IssueAt<'a>> {
        let record = &issue.record;
        let grid = record.text("grid").unwrap_or_default();
        // Who reported it is asked while that decides who receives it.
        let reporter = record.author().filter(|_| matches!(issue.fold.state, State::Reported | State::Accepted));
        let helped = match (reporter, record.text("happened_at").and_then(day::time_ms)) {
            (Some(reporter), Some(ms)) => {
                is_resident_helper(&rights::assignments(tx, reporter)?, grid, &day::day_of(ms), &rights::Held(tx))
            }
            _ => false,
        };
        Ok(IssueAt {
            fold: &issue.fold,
            grid,
            reporter: record.author(),
            reported_by_resident_helper: helped,
            overdue: issue.fold.deadline_ms.is_some_and(|deadline| deadline < self.now_ms),
        })
    }

    /// The steps that may be taken now, each with the unit the asker would act for.
    fn allowed(&self, tx: &Tx<'_>, issue: &Issue) -> Result<Vec<(&'static Step, Option<RecordId>)>> {
        let at = self.at(tx, issue)?;
        let units = self.assignments.iter().filter(|one| one.role == Role::Handler).filter_map(|one| match one.scope {
            Scope::Unit(unit) if issue.fold.units.contains(&unit) => Some(unit),
            _ => None,
        });
        let acting: Vec<Option<RecordId>> = units.map(Some).chain([None]).collect();
        let rows = steps::TABLE.iter().filter(|row| row.may_follow(issue.fold.state));
        let allowed = rows.filter_map(|row| {
            let may =
                |for_unit: &Option<RecordId>| may_take(row, at, self.person, *for_unit, &self.assignments, &self.today);
            acting.iter().copied().find(|for_unit| may(for_unit)).map(|for_unit| (row, for_unit))
        });
        Ok(allowed.collect())
    }

    fn card(&self, tx: &Tx<'_>, issue: &Issue) -> Result<IssueCard> {
        let record = &issue.record;
        let text = |field: &str| record.text(field).unwrap_or_default().to_owned();
        let category = record.reference("category").map(|id| issues::category(tx, id)).transpose()?.flatten();
        let (holder, holder_name) = match issue.fold.holder {
            Holder::Supervisor => (HolderKind::Supervisor, None),
            Holder::Grid => (HolderKind::Grid, None),
            Holder::Unit(unit) => (HolderKind::Unit, issues::unit_name(tx, unit)?),
            Holder::Reporter => (HolderKind::Reporter, None),
            Holder::Nobody => (HolderKind::Nobody, None),
        };
        Ok(IssueCard {
            id: record.id.to_string(),
            number: text("number"),
            words: text("words"),
            category: category.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
            category_en: category.map(|one| one.name_en).unwrap_or_default(),
            place: text("place"),
            grid_name: places::division_name(tx, &text("grid"))?,
            urgency: words::read(&text("urgency"), Urgency::Normal),
            state: words::read(&words::word(&issue.fold.state), IssueState::Reported),
            holder,
            holder_name,
            deadline: issue.fold.deadline_ms.map(day::time_text),
            overdue: issue.fold.deadline_ms.is_some_and(|deadline| deadline < self.now_ms),
            reported_at: text("happened_at"),
            reported_by: text("author_name"),
            mine: record.author() == Some(self.person),
            private: record.value("private") == &Value::Bool(true),
            needs_me: needs(self.at(tx, issue)?, self.person, &self.assignments, &self.today),
            mark: SyncMark::of(issue.unsent, issue.refused > 0 || !issue.fold.came_too_late.is_empty()),
        })
    }
}

fn step_line(tx: &Tx<'_>, issue: &Issue, step: &RecordState) -> Result<StepLine> {
    let units = step.value("to").as_list().iter().filter_map(Value::as_text).filter_map(|unit| unit.parse().ok());
    let to = units.map(|unit| Ok(issues::unit_name(tx, unit)?)).collect::<Result<Vec<_>>>()?;
    let text = |field: &str| step.text(field).map(str::to_owned);
    Ok(StepLine {
        id: step.id.to_string(),
        step: text("step").unwrap_or_default(),
        words: text("words"),
        photos: photos::cards(tx, &step.key())?,
        to: to.into_iter().flatten().collect(),
        due: text("due"),
        by: text("author_name").unwrap_or_default(),
        happened_at: text("happened_at").unwrap_or_default(),
        too_late: issue.fold.came_too_late.contains(&step.id),
    })
}

/// The units an issue may be sent to, those that the category names first.
fn unit_cards(tx: &Tx<'_>, issue: &Issue) -> Result<Vec<UnitCard>> {
    let category = issue.record.reference("category").map(|id| issues::category(tx, id)).transpose()?.flatten();
    let units = issues::units(tx, issue.record.text("grid").unwrap_or_default())?;
    let mut cards: Vec<UnitCard> = units
        .into_iter()
        .map(|unit| UnitCard {
            proposed: category.as_ref().is_some_and(|category| {
                category.unit == Some(unit.id)
                    || (category.unit.is_none() && category.unit_type.as_deref() == Some(&unit.unit_type))
            }),
            id: unit.id.to_string(),
            name: unit.name,
            short_name: unit.short_name,
        })
        .collect();
    cards.sort_by_key(|card| !card.proposed);
    Ok(cards)
}

pub(crate) fn known_category(tx: &Tx<'_>, id: RecordId) -> Result<Category> {
    issues::category(tx, id)?.ok_or_else(|| CommandError::new("not_found").with("kind", "category"))
}

fn hours_of(category: &Category, limit: Limit) -> Option<u32> {
    let hours = match limit {
        Limit::Accept => category.accept_hours,
        Limit::Sign => category.sign_hours,
        Limit::Handle => category.handle_hours,
    };
    (hours > 0).then_some(hours)
}
