//! Every use case, declared once: its name, input, output and where it is done.
//!
//! [`Core::call`] serves both shells by name; [`typescript`] prints the types and one function per call for the screens. A
//! new use case is one line here and a function in its noun.

use crate::core::{Asking, Core};
use crate::error::{CommandError, Result};
use crate::photos;
use crate::sign_in::Session;
use crate::{
    buildings, categories, compounds, divisions, drafts, enrolment, erasure, events, forms, history, households,
    identity, issues, needs, register, residents, reveals, review, search, staff, stage, sync, today, undo, units,
    visits,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use ts_rs::{Config, TS, TypeVisitor};

macro_rules! declare {
    (
        at_any_stage { $($any:ident($any_in:ty) -> $any_out:ty = $any_fn:path;)* }
        asked_by_somebody { $($asked:ident($asked_in:ty) -> $asked_out:ty = $asked_fn:path;)* }
    ) => {
        impl Core {
            /// Does the named use case. On a console `session` says who asks; a tablet knows.
            pub async fn call(self: &Arc<Self>, session: Option<Session>, name: &str, input: Value) -> Result<Value> {
                match name {
                    $(stringify!($any) => output($any_fn(self, session.as_ref(), read::<$any_in>(input)?).await?),)*
                    $(stringify!($asked) => {
                        let (core, input) = (self.clone(), read::<$asked_in>(input)?);
                        // The store blocks on the disk, so it is asked on a thread that may.
                        let answer = tokio::task::spawn_blocking(move || -> Result<$asked_out> {
                            let asking: Asking = core.asking(session.as_ref())?;
                            $asked_fn(&asking, input)
                        });
                        output(answer.await.map_err(CommandError::internal)??)
                    })*
                    _ => Err(CommandError::new("input_invalid").with("reason", "call")),
                }
            }
        }

        /// The names of all calls, in the order of their declaration.
        pub const NAMES: &[&str] = &[$(stringify!($any),)* $(stringify!($asked),)*];

        /// The TypeScript that the screens call Rust by.
        pub fn typescript() -> String {
            let mut page = Page::default();
            page.add::<events::Event>();
            page.add::<CommandError>();
            $(page.call::<$any_in, $any_out>(stringify!($any));)*
            $(page.call::<$asked_in, $asked_out>(stringify!($asked));)*
            page.finish()
        }
    };
}

declare! {
    at_any_stage {
        app_state(()) -> stage::AppState = stage::app_state;
        parse_enrol_link(enrolment::EnrolLinkInput) -> enrolment::EnrolPreview = enrolment::parse_enrol_link;
        enrol(enrolment::Enrol) -> stage::AppState = enrolment::enrol;
        enrol_again(enrolment::EnrolLinkInput) -> stage::AppState = enrolment::enrol_again;
        unlock(stage::Unlock) -> stage::AppState = stage::unlock;
        lock(()) -> stage::AppState = stage::lock_app;
        load_progress(()) -> stage::LoadProgress = stage::load_progress;
        erase_resident(erasure::ErasureInput) -> erasure::Erased = erasure::erase_resident;
        history_whole(history::HistoryRef) -> history::RecordHistory = history::history_whole;
    }
    asked_by_somebody {
        list_buildings(()) -> Vec<buildings::BuildingCard> = buildings::list_buildings;
        building_matrix(buildings::BuildingRef) -> buildings::BuildingMatrix = buildings::building_matrix;
        household_file(households::DwellingRef) -> households::HouseholdFile = households::household_file;
        save_visit(visits::NewVisit) -> crate::saved::Saved = visits::save_visit;
        correct_visit(visits::VisitCorrection) -> crate::saved::Saved = visits::correct_visit;
        resident_file(residents::ResidentRef) -> residents::ResidentFile = residents::resident_file;
        correct_resident(residents::ResidentCorrection) -> crate::saved::Saved = residents::correct_resident;
        record_form(forms::FormRef) -> forms::Form = forms::record_form;
        save_form(forms::FormChanges) -> crate::saved::Saved = forms::save_form;
        possible_duplicates(residents::add::DuplicateQuery) -> Vec<residents::add::PossibleDuplicate> = residents::add::possible_duplicates;
        add_resident(residents::add::NewResident) -> crate::saved::Saved = residents::add::add_resident;
        move_in(residents::moves::MoveIn) -> crate::saved::Saved = residents::moves::move_in;
        move_out(residents::moves::MoveOut) -> crate::saved::Saved = residents::moves::move_out;
        record_death(residents::moves::Death) -> crate::saved::Saved = residents::moves::record_death;
        save_identity(identity::IdentityEntry) -> crate::saved::Saved = identity::save_identity;
        add_household(households::changes::NewHousehold) -> crate::saved::Saved = households::changes::add_household;
        move_household(households::changes::HouseholdMove) -> crate::saved::Saved = households::changes::move_household;
        end_household(households::changes::HouseholdEnd) -> crate::saved::Saved = households::changes::end_household;
        add_need(needs::NewNeed) -> crate::saved::Saved = needs::add_need;
        answer_need(needs::NeedAnswer) -> crate::saved::Saved = needs::answer_need;
        add_dwelling(buildings::add::NewDwelling) -> crate::saved::Saved = buildings::add::add_dwelling;
        add_building(buildings::add::NewBuilding) -> crate::saved::Saved = buildings::add::add_building;
        list_compounds(()) -> Vec<compounds::CompoundCard> = compounds::list_compounds;
        add_compound(compounds::NewCompound) -> crate::saved::Saved = compounds::add_compound;
        history_here(history::HistoryRef) -> history::RecordHistory = history::history_here;
        reveal(reveals::Reveal) -> reveals::Revealed = reveals::reveal;
        undo_save(undo::Undo) -> crate::saved::Saved = undo::undo_save;
        sync_status(()) -> sync::SyncStatus = sync::sync_status;
        sync_now(()) -> sync::SyncStatus = sync::sync_now;
        list_scopes(()) -> Vec<register::Scope> = register::list_scopes;
        register(register::RegisterQuery) -> register::RegisterPage = register::list_register;
        list_categories(()) -> Vec<issues::CategoryCard> = issues::list_categories;
        report_issue(issues::NewIssue) -> crate::saved::Saved = issues::report_issue;
        list_issues(issues::IssueQuery) -> Vec<issues::IssueCard> = issues::list_issues;
        issue_file(issues::IssueRef) -> issues::IssueFile = issues::issue_file;
        take_step(issues::NewStep) -> crate::saved::Saved = issues::take_step;
        stage_photo(photos::PickedPhoto) -> photos::PhotoData = photos::stage_photo;
        drop_photo(photos::PhotoRef) -> () = photos::drop_photo;
        photo_data(photos::PhotoQuery) -> photos::PhotoData = photos::photo_data;
        search(search::SearchQuery) -> search::SearchResults = search::search;
        recent_visits(visits::VisitQuery) -> Vec<visits::VisitRow> = visits::recent_visits;
        today(today::TodayQuery) -> today::Today = today::today;
        save_draft(drafts::NewDraft) -> () = drafts::save_draft;
        draft(drafts::DraftRef) -> Option<drafts::DraftText> = drafts::draft;
        list_drafts(()) -> Vec<drafts::DraftCard> = drafts::list_drafts;
        drop_draft(drafts::DraftRef) -> () = drafts::drop_draft;
        list_conflicts(review::ConflictQuery) -> Vec<review::ConflictLine> = review::list_conflicts;
        conflict_card(review::ConflictRef) -> review::ConflictCard = review::conflict_card;
        settle_conflict(review::Settlement) -> crate::saved::Saved = review::settle_conflict;
        undo_settlement(review::SettledRef) -> crate::saved::Saved = review::undo_settlement;
        list_attention(()) -> Vec<review::AttentionItem> = review::list_attention;
        mark_read(review::EditRef) -> () = review::mark_read;
        retry_edit(review::EditRef) -> crate::saved::Saved = review::retry_edit;
        list_held(review::HeldQuery) -> Vec<review::HeldCard> = review::list_held;
        decide_held(review::HeldDecision) -> crate::saved::Saved = review::decide_held;
        my_powers(()) -> staff::Powers = staff::my_powers;
        list_staff(staff::StaffQuery) -> staff::StaffPage = staff::list_staff;
        staff_file(staff::PersonRef) -> staff::StaffFile = staff::staff_file;
        add_person(staff::appoint::NewPerson) -> crate::saved::Saved = staff::appoint::add_person;
        add_assignment(staff::appoint::NewAssignment) -> crate::saved::Saved = staff::appoint::add_assignment;
        end_assignment(staff::appoint::AssignmentEnd) -> crate::saved::Saved = staff::appoint::end_assignment;
        set_in_use(staff::appoint::InUse) -> crate::saved::Saved = staff::appoint::set_in_use;
        list_units(()) -> Vec<units::UnitLine> = units::list_units;
        add_unit(units::NewUnit) -> crate::saved::Saved = units::add_unit;
        all_categories(()) -> Vec<categories::CategoryLine> = categories::all_categories;
        add_category(categories::NewCategory) -> crate::saved::Saved = categories::add_category;
        list_divisions(divisions::DivisionQuery) -> Vec<divisions::DivisionLine> = divisions::list_divisions;
    }
}

fn read<T: DeserializeOwned>(input: Value) -> Result<T> {
    serde_json::from_value(input).map_err(|error| CommandError::new("input_invalid").with("reason", error))
}

fn output(value: impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(CommandError::internal)
}

/// The generated file as it grows: each type once, then the calls.
#[derive(Default)]
struct Page {
    config: Config,
    /// By name: ts-rs gives a type's dependencies in another order at each compilation.
    types: BTreeMap<String, String>,
    calls: String,
}

impl Page {
    fn add<T: TS + 'static + ?Sized>(&mut self) {
        T::visit_dependencies(self);
        T::visit_generics(self);
        // Lists, options and plain types have no declaration of their own.
        if T::output_path().is_some() {
            self.types.entry(T::ident(&self.config)).or_insert_with(|| T::decl(&self.config));
        }
    }

    fn call<I: TS + 'static, O: TS + 'static>(&mut self, name: &str) {
        self.add::<I>();
        self.add::<O>();
        let camel = camel(name);
        let output = O::name(&self.config);
        let line = match I::name(&self.config).as_str() {
            "null" => format!("export const {camel} = () => call<{output}>('{name}', null)\n"),
            input => format!("export const {camel} = (input: {input}) => call<{output}>('{name}', input)\n"),
        };
        self.calls.push_str(&line);
    }

    fn finish(self) -> String {
        let types: String = self.types.values().map(|declaration| format!("export {declaration}\n\n")).collect();
        format!(
            "// Made from app-core/src/calls.rs by `make generate`. Edit the declarations there, not this file.\n\
             import {{ call }} from './transport'\n\n{types}{}",
            self.calls
        )
    }
}

impl TypeVisitor for Page {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let mut letters = part.chars();
        let head: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        name + &head + letters.as_str()
    })
}
