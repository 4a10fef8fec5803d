//! What the screens are told of issues, and what they send.

use crate::photos::PhotoCard;
use crate::words::SyncMark;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

crate::words::words! {
    IssueState {
        Reported, Accepted, Returned, Opened, Dispatched, Signed, Handled, Checked, Closed, Suspended, Merged, Void
    }
    Urgency { Normal, Soon, Now }
    HolderKind { Supervisor, Grid, Unit, Reporter, Nobody }
    IssueTab { NeedsMe, Open, Closed }
    CategoryGroup { Issue, Need, Mediation, Care }
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct CategoryCard {
    pub id: String,
    pub code: String,
    pub group: CategoryGroup,
    pub name: String,
    pub name_en: String,
    pub picture: Option<String>,
    /// Issues of this kind concern a household and stay out of the building's channel.
    pub private: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct UnitCard {
    pub id: String,
    pub name: String,
    pub short_name: String,
    /// The category names this unit, or one of its type, as responsible.
    pub proposed: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewIssue {
    pub category: String,
    pub words: String,
    pub place: String,
    /// Where it was seen; one of the two must be given.
    pub building: Option<String>,
    pub grid: Option<String>,
    /// Whose matter it is, where it is one household's.
    pub household: Option<String>,
    pub urgency: Urgency,
    /// The draft it was typed in; it goes when this is saved.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
    /// Picked photos (photos.rs).
    #[serde(default)]
    pub photos: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct IssueQuery {
    pub scope: Option<String>,
    pub tab: IssueTab,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct IssueRef {
    pub issue: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct IssueCard {
    pub id: String,
    pub number: String,
    pub words: String,
    pub category: String,
    pub category_en: String,
    pub place: String,
    pub grid_name: String,
    pub urgency: Urgency,
    pub state: IssueState,
    pub holder: HolderKind,
    /// The unit's name where a unit holds it.
    pub holder_name: Option<String>,
    pub deadline: Option<String>,
    pub overdue: bool,
    pub reported_at: String,
    pub reported_by: String,
    /// The asker reported it.
    pub mine: bool,
    pub private: bool,
    /// It is the asker's turn: they hold it, or it waits for them to receive it.
    pub needs_me: bool,
    pub mark: SyncMark,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct IssueFile {
    pub card: IssueCard,
    pub photos: Vec<PhotoCard>,
    pub steps: Vec<StepLine>,
    /// The steps the asker may take now.
    pub allowed: Vec<AllowedStep>,
    pub units: Vec<UnitCard>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct AllowedStep {
    pub step: String,
    pub needs_words: bool,
    /// A photo will do instead of words.
    pub or_photo: bool,
    pub needs_units: bool,
    pub needs_due: bool,
    pub needs_reason: bool,
    pub needs_rating: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct StepLine {
    pub id: String,
    pub step: String,
    pub words: Option<String>,
    pub photos: Vec<PhotoCard>,
    pub to: Vec<String>,
    pub due: Option<String>,
    pub by: String,
    pub happened_at: String,
    /// It came after another step that changed the state; it stands here and moved nothing.
    pub too_late: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NewStep {
    pub issue: String,
    pub step: String,
    pub words: Option<String>,
    pub to: Vec<String>,
    pub due: Option<String>,
    pub reason: Option<String>,
    pub rating: Option<String>,
    /// The draft it was typed in; it goes when this is saved.
    #[serde(default)]
    #[ts(optional)]
    pub draft: Option<String>,
    #[serde(default)]
    pub photos: Vec<String>,
}
