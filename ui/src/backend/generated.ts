// Made from app-core/src/calls.rs by `make generate`. Edit the declarations there, not this file.
import { call } from './transport'

export type AboutRecord = { 
/**
 * `kind:id`.
 */
record: string, kind: string, title: string | null, door_label: string | null, building: string | null, dwelling: string | null, };

export type AlikeReason = "number_and_birthday" | "name_and_birthday" | "phone" | "name_at_this_door" | "name_in_this_building" | "sound_at_this_door";

export type AllowedStep = { step: string, needs_words: boolean, 
/**
 * A photo will do instead of words.
 */
or_photo: boolean, needs_units: boolean, needs_due: boolean, needs_reason: boolean, needs_rating: boolean, };

export type AppState = { shell: ShellName, stage: Stage, 
/**
 * Made-up people only: every screen says so.
 */
demonstration: boolean, district: string | null, person: PersonCard | null, 
/**
 * No PIN is taken before this moment.
 */
wait_until: string | null, app_version: string, };

export type AssignmentEnd = { assignment: string, 
/**
 * The last day on which it holds; absent where it goes on without an end. Yesterday ends it now.
 */
until: string | null, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type AttentionFate = "refused" | "partly_refused" | "held" | "accepted" | "declined" | "waiting" | "erased" | "too_late";

export type AttentionItem = { edit: string, about: AboutRecord, fate: AttentionFate, 
/**
 * Why, as a code; the screens have the words.
 */
code: string | null, fields: Array<EnteredField>, 
/**
 * What the supervisor said to it.
 */
words: string | null, decided_by: string | null, by: string, saved_at: string, read: boolean, can_retry: boolean, 
/**
 * Whether the record is here and can be opened.
 */
is_here: boolean, };

export type BuildingCard = { id: string, name: string, number: string, compound: string | null, compound_id: string | null, address: string | null, grid: string, grid_name: string, entrances: number, floors: number, doors: number, visited: number, revisit: number, households: number, mark: SyncMark, };

export type BuildingHit = { building: string, name: string, compound: string | null, address: string | null, grid_name: string | null, };

export type BuildingMatrix = { building: BuildingCard, 
/**
 * Left to right.
 */
entrances: Array<MatrixEntrance>, 
/**
 * The top floor first, basements last.
 */
floors: Array<MatrixFloor>, cells: Array<MatrixCell>, counts: MatrixCounts, };

export type BuildingRef = { building: string, };

export type CategoryCard = { id: string, code: string, group: CategoryGroup, name: string, name_en: string, picture: string | null, 
/**
 * Issues of this kind concern a household and stay out of the building's channel.
 */
private: boolean, };

export type CategoryGroup = "issue" | "need" | "mediation" | "care";

export type CategoryLine = { id: string, code: string, group: CategoryGroup, name: string, name_en: string, 
/**
 * Who it goes to first: a unit, or the type of unit where the place decides which.
 */
unit_name: string | null, unit_type: UnitType | null, accept_hours: number, sign_hours: number, handle_hours: number, private: boolean, in_use: boolean, mark: SyncMark, };

export type CommandError = { code: string, detail: { [key in string]: string }, };

export type CompoundCard = { id: string, name: string, 
/**
 * The code of its community, and what that is called.
 */
community: string, community_name: string, address: string | null, buildings: number, };

export type ConflictCard = { about: AboutRecord, fields: Array<ConflictField>, };

export type ConflictField = { field: string, 
/**
 * What stood there before, where it is known.
 */
base: string | null, base_known: boolean, sides: Array<ConflictSide>, 
/**
 * How many more there are in the history.
 */
more: number, 
/**
 * The field that can keep the second value.
 */
second: string | null, input: ValueInput, choices: Array<string>, 
/**
 * Opaque: given back with a choice, it says what its author was shown.
 */
seen: Array<string>, };

export type ConflictLine = { about: AboutRecord, field: string, sides: Array<ConflictSide>, settled: SettledBy | null, };

export type ConflictQuery = { scope: string | null, 
/**
 * Those settled in the last 30 days rather than the open ones.
 */
settled: boolean, };

export type ConflictRef = { record: string, };

export type ConflictSide = { 
/**
 * Names this side in a choice.
 */
side: string, shown: string | null, by: string, at: string, device: number, 
/**
 * Written on this device.
 */
here: boolean, 
/**
 * What is shown everywhere until somebody chooses.
 */
wins: boolean, 
/**
 * Of a deleted record: the fields that were changed meanwhile. Choosing this side restores it.
 */
changed: Array<string>, 
/**
 * Of a deleted record: what stands if this side is chosen.
 */
restores: boolean, 
/**
 * Differs from the side that wins only in what the mask hides.
 */
differs_hidden: boolean, };

export type ContactBy = "phone" | "message" | "door" | "family";

export type CorrectableField = "name" | "phone" | "phone_2";

export type Death = { resident: string, on: string, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type Decision = "accept" | "decline";

export type DivisionLine = { id: string, code: string, name: string, level: Level, parent_name: string | null, mark: SyncMark, };

export type DivisionQuery = { scope: string | null, };

export type Document = "resident_card" | "permit" | "passport";

export type DoorHit = { dwelling: string, building: string, door_label: string, building_name: string, grid_name: string, masked_head: string | null, people: number, };

export type DraftCard = { key: string, title: string, path: string, saved_at: string, };

export type DraftRef = { key: string, };

export type DraftText = { body: string, saved_at: string, };

export type DueDoor = { dwelling: string, building: string, building_name: string, door_label: string, why: DueWhy, due_on: string, overdue: boolean, open_needs: number, last_visited: string | null, };

export type DueWhy = "promised" | "rhythm" | "need";

export type DuplicateQuery = { dwelling: string | null, name: string, born_on: string | null, phone: string | null, number: string | null, 
/**
 * Whose form it is, where they are registered: they are not their own double.
 */
without?: string, };

export type DutyLine = { assignment: string, role: Role, place: string, from: string, until: string | null, state: DutyState, rights: Array<Right>, stands_in_for: string | null, mark: SyncMark, 
/**
 * Whether the asker may end or change it.
 */
may_change: boolean, };

export type DutyState = "open" | "ahead" | "ended";

export type DwellingRef = { dwelling: string, };

export type DwellingUse = "owner_occupied" | "let" | "commercial" | "vacant" | "other";

export type EditRef = { edit: string, };

export type Enrol = { link: string, pin: string, };

export type EnrolLinkInput = { link: string, };

export type EnrolPreview = { relay: string, demonstration: boolean, pin_min: number, pin_digits_only: boolean, };

export type EnteredField = { field: string, 
/**
 * Absent where it was emptied, and where the record is not for this person to see any more.
 */
shown: string | null, hidden: boolean, };

export type Erased = { 
/**
 * How many records the relay erased.
 */
records: number, };

export type ErasureInput = { resident: string, 
/**
 * Typed by who asks for it, and the same as in the file.
 */
name: string, reason: ErasureReason, };

export type ErasureReason = "request" | "expired" | "mistake";

export type Event = { "type": "records_changed", kinds: Array<string>, } | { "type": "sync_changed" } | { "type": "stage_changed" };

export type FieldChange = { field: CorrectableField, value: string | null, seen: Array<string>, };

export type Form = { record: string, fields: Array<FormField>, };

export type FormChange = { field: string, value: FormValue, seen: Array<string>, };

export type FormChanges = { record: string, changes: Array<FormChange>, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type FormField = { field: string, 
/**
 * Nothing where the value is masked.
 */
value: FormValue, 
/**
 * The masked value, where there is one.
 */
shown: string | null, masked: boolean, 
/**
 * Opaque: given back with a change.
 */
seen: Array<string>, };

export type FormRef = { 
/**
 * `kind:id`.
 */
record: string, };

export type FormValue = null | boolean | number | string | Array<string>;

export type Gender = "female" | "male";

export type HeldCard = { held: string, about: AboutRecord, 
/**
 * Whether it would make a new record.
 */
creates: boolean, fields: Array<HeldField>, by: string, at: string, reason: string, decision: Decision | null, words: string | null, decided_by: string | null, };

export type HeldDecision = { held: string, decision: Decision, words: string | null, };

export type HeldField = { field: string, now: string | null, entered: string | null, };

export type HeldQuery = { scope: string | null, };

export type HistoryChange = { edit: string, at: string, 
/**
 * Empty where nobody in particular wrote it, as in an import.
 */
by: string, created: boolean, mark: SyncMark, fields: Array<HistoryField>, };

export type HistoryField = { field: string, 
/**
 * What stood there; null where nothing did. Not known without the relay.
 */
before: string | null, before_known: boolean, after: string | null, 
/**
 * The values are shown in part.
 */
masked: boolean, };

export type HistoryRef = { 
/**
 * `kind:id`.
 */
record: string, };

export type HolderKind = "supervisor" | "grid" | "unit" | "reporter" | "nobody";

export type HouseholdEnd = { household: string, on: string, 
/**
 * Whether nobody lives behind the door now.
 */
vacant: boolean, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type HouseholdFile = { dwelling: string, door_label: string, building: string, building_name: string, 
/**
 * From the street down to the door.
 */
trail: Array<string>, use: DwellingUse, household: string | null, tenure: Tenure | null, home_hours: string | null, contact_by: ContactBy | null, rhythm: Rhythm | null, last_visited: string | null, residents: Array<ResidentLine>, 
/**
 * The households that share the door with this one, each with its people.
 */
others: Array<OtherHousehold>, needs: Array<NeedLine>, visits: Array<VisitLine>, next_dwelling: string | null, mark: SyncMark, conflict: boolean, };

export type HouseholdMove = { household: string, to: string, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type IdentityEntry = { resident: string, document: Document, number: string, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type IdentityLine = { document: Document, 
/**
 * The first character and the last two.
 */
masked: string, check_digit_ok: boolean, };

export type InUse = { 
/**
 * An account, a unit or a category: `kind:id`.
 */
record: string, in_use: boolean, };

export type IssueCard = { id: string, number: string, words: string, category: string, category_en: string, place: string, grid_name: string, urgency: Urgency, state: IssueState, holder: HolderKind, 
/**
 * The unit's name where a unit holds it.
 */
holder_name: string | null, deadline: string | null, overdue: boolean, reported_at: string, reported_by: string, 
/**
 * The asker reported it.
 */
mine: boolean, private: boolean, 
/**
 * It is the asker's turn: they hold it, or it waits for them to receive it.
 */
needs_me: boolean, mark: SyncMark, };

export type IssueFile = { card: IssueCard, photos: Array<PhotoCard>, steps: Array<StepLine>, 
/**
 * The steps the asker may take now.
 */
allowed: Array<AllowedStep>, units: Array<UnitCard>, };

export type IssueHit = { issue: string, number: string, category: string, category_en: string, words: string, place: string, state: IssueState, private: boolean, mark: SyncMark, };

export type IssueQuery = { scope: string | null, tab: IssueTab, };

export type IssueRef = { issue: string, };

export type IssueState = "reported" | "accepted" | "returned" | "opened" | "dispatched" | "signed" | "handled" | "checked" | "closed" | "suspended" | "merged" | "void";

export type IssueTab = "needs_me" | "open" | "closed";

export type Level = "district" | "street" | "community" | "grid";

export type LoadProgress = { done: number, total: number, finished: boolean, };

export type MatrixCell = { dwelling: string, entrance: string, floor: number, 
/**
 * From 1 within the entrance.
 */
column: number, span: number, door: string, use: DwellingUse, household: string | null, masked_head: string | null, people: number, visit_state: VisitState, mark: SyncMark, conflict: boolean, };

export type MatrixCounts = { doors: number, visited: number, revisit: number, nobody: number, refused: number, vacant: number, unvisited: number, unsent: number, };

export type MatrixEntrance = { entrance: string, columns: number, };

export type MatrixFloor = { floor: number, name: string, };

export type MoreHits = { people: boolean, doors: boolean, buildings: boolean, issues: boolean, };

export type MoveIn = { resident: string, dwelling: string, household: string | null, relation: Relation, stays: Stays, registered_here: boolean | null, 
/**
 * The day of the move; absent where nobody knows it.
 */
since: string | null, 
/**
 * The residences that end with it. Whoever has two homes keeps the other.
 */
leaves: Array<string>, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type MoveOut = { residence: string, on: string, 
/**
 * The new door, where it is one that is held here; else they went elsewhere or nobody knows where.
 */
to: NewDoor | null, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NeedAnswer = { need: string, state: NeedState, answer: string | null, };

export type NeedLine = { id: string, category: string, category_name: string | null, category_name_en: string | null, 
/**
 * Whose it is, where it is not the whole household's.
 */
resident_name: string | null, words: string, urgency: NeedUrgency, state: NeedState, answer: string | null, answered_on: string | null, mark: SyncMark, };

export type NeedState = "open" | "matched" | "answered" | "declined" | "withdrawn";

export type NeedUrgency = "normal" | "soon" | "today";

export type NewAssignment = { person: string, duty: NewDuty, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewBuilding = { grid: string, name: string, number: string, address: string | null, entrances: number, floors: number, doors_per_floor: number, lift: boolean | null, walk_order: number, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewCategory = { code: string, group: CategoryGroup, name: string, name_en: string, unit: string | null, unit_type: UnitType | null, accept_hours: number, sign_hours: number, handle_hours: number, private: boolean, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewCompound = { name: string, community: string, address: string | null, built_year: number | null, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewDoor = { dwelling: string, household: string | null, relation: Relation, stays: Stays, };

export type NewDraft = { key: string, title: string, path: string, body: string, };

export type NewDuty = { role: Role, division: string | null, unit: string | null, building: string | null, from: string, 
/**
 * The last day, where it is known already.
 */
until: string | null, stands_in_for: string | null, rights: Array<Right>, };

export type NewDwelling = { building: string, entrance: string, floor: number, floor_name: string | null, door: string, use: DwellingUse, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewHousehold = { dwelling: string, tenure: Tenure | null, home_hours: string | null, contact_by: ContactBy | null, rhythm: Rhythm | null, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewIssue = { category: string, words: string, place: string, 
/**
 * Where it was seen; one of the two must be given.
 */
building: string | null, grid: string | null, 
/**
 * Whose matter it is, where it is one household's.
 */
household: string | null, urgency: Urgency, 
/**
 * The draft it was typed in; it goes when this is saved.
 */
draft?: string, 
/**
 * Picked photos (photos.rs).
 */
photos: Array<string>, };

export type NewNeed = { household: string, resident: string | null, category: string, words: string, urgency: NeedUrgency, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewNumber = { document: Document, number: string, };

export type NewPerson = { name: string, sign_in_name: string, work_phone: string | null, duty: NewDuty, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewResident = { dwelling: string, 
/**
 * Where several households share the door; else the one there, or a new one.
 */
household: string | null, name: string, reading: string | null, gender: Gender | null, born_on: string | null, phone: string | null, phone_2: string | null, other_names: Array<string>, languages: Array<string>, relation: Relation, stays: Stays, registered_here: boolean | null, since: string | null, number: NewNumber | null, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewStep = { issue: string, step: string, words: string | null, to: Array<string>, due: string | null, reason: string | null, rating: string | null, 
/**
 * The draft it was typed in; it goes when this is saved.
 */
draft?: string, photos: Array<string>, };

export type NewUnit = { unit_type: UnitType, name: string, short_name: string, division: string, parent: string | null, phone: string | null, 
/**
 * The draft it was typed in, dropped with the save.
 */
draft?: string, };

export type NewVisit = { dwelling: string, household: string | null, outcome: VisitOutcome, met: Array<string>, said: string | null, revisit_on: string | null, 
/**
 * The draft it was typed in; it goes when this is saved.
 */
draft?: string, photos: Array<string>, };

export type OtherHousehold = { household: string, tenure: Tenure | null, residents: Array<ResidentLine>, };

export type OtherSide = { shown: string | null, by: string, at: string, };

export type PersonCard = { id: string, name: string, roles: Array<RoleCard>, };

export type PersonHit = { resident: string, name: string, age: number | null, masked_phone: string | null, dwelling: string, building: string, door_label: string, building_name: string, grid_name: string, mark: SyncMark, conflict: boolean, };

export type PersonRef = { person: string, };

export type PhotoCard = { id: string, use: PhotoUse, mark: SyncMark, };

export type PhotoData = { photo: string, url: string | null, };

export type PhotoQuery = { photo: string, 
/**
 * The whole photo rather than its thumbnail.
 */
whole: boolean, };

export type PhotoRef = { photo: string, };

export type PhotoUse = "before" | "after" | "photo";

export type PhotosWaiting = { count: number, 
/**
 * What is still to be sent of them.
 */
kilobytes: number, 
/**
 * One is under way in this moment.
 */
sending: boolean, oldest: string | null, };

export type PickedPhoto = { 
/**
 * The file's bytes in base64.
 */
data: string, };

export type PossibleDuplicate = { resident: string, name: string, age: number | null, masked_phone: string | null, door_label: string | null, building_name: string | null, reason: AlikeReason, };

export type Powers = { 
/**
 * Accounts, units, categories, names of divisions.
 */
administers: boolean, 
/**
 * The roles that they may give, and the rights with them.
 */
roles: Array<Role>, rights: Array<Right>, };

export type QueueLine = { kind: string, count: number, kilobytes: number, oldest: string, };

export type RecordHistory = { 
/**
 * The newest first.
 */
changes: Array<HistoryChange>, 
/**
 * All there is, by the relay's word; else what this device knows.
 */
whole: boolean, 
/**
 * Older changes that are not listed.
 */
earlier: number, };

export type RegisterPage = { total: number, rows: Array<RegisterRow>, };

export type RegisterQuery = { scope: string | null, text: string | null, offset: number, limit: number, };

export type RegisterRow = { resident: string, name: string, age: number | null, masked_phone: string | null, dwelling: string, door_label: string, building_name: string, grid_name: string, last_visited: string | null, mark: SyncMark, conflict: boolean, };

export type Relation = "head" | "spouse" | "child" | "parent" | "grandchild" | "relative" | "tenant" | "co_tenant" | "helper" | "other";

export type ResidentCorrection = { resident: string, changes: Array<FieldChange>, 
/**
 * The draft it was typed in; it goes when this is saved.
 */
draft?: string, };

export type ResidentField = { field: CorrectableField, shown: string | null, 
/**
 * Opaque: given back with a correction, it says what its author was shown.
 */
seen: Array<string>, mark: SyncMark, 
/**
 * The other sides of an open conflict.
 */
others: Array<OtherSide>, };

export type ResidentFile = { id: string, name: string, gender: Gender | null, age: number | null, born_on: string | null, minor: boolean, languages: Array<string>, other_names: Array<string>, reading: string | null, died_on: string | null, identity: IdentityLine | null, 
/**
 * Whether the asker may enter an identity number.
 */
may_enter_identity: boolean, 
/**
 * Whether the asker may have everything erased that is held on them.
 */
may_erase: boolean, fields: Array<ResidentField>, homes: Array<ResidentHome>, 
/**
 * The homes before, as far as they are held here.
 */
former_homes: Array<ResidentHome>, edited_by: string | null, edited_at: string | null, mark: SyncMark, conflict: boolean, };

export type ResidentHome = { residence: string, household: string, dwelling: string, building: string, building_name: string, door_label: string, relation: Relation, stays: Stays, registered_here: boolean | null, since: string | null, until: string | null, };

export type ResidentLine = { id: string, residence: string, name: string, relation: Relation, stays: Stays, age: number | null, minor: boolean, masked_phone: string | null, mark: SyncMark, conflict: boolean, };

export type ResidentRef = { resident: string, };

export type Reveal = { 
/**
 * `kind:id`.
 */
record: string, field: string, reason: RevealReason, };

export type RevealReason = "call" | "visit" | "service" | "duplicate" | "request";

export type Revealed = { value: string, 
/**
 * Then the screen hides it again.
 */
seconds: number, };

export type Rhythm = "week" | "month" | "quarter" | "half_year" | "on_request";

export type Right = "identity" | "register" | "export";

export type Role = "grid_worker" | "building_lead" | "handler" | "supervisor" | "volunteer" | "administrator" | "auditor";

export type RoleCard = { role: Role, place: string, };

export type Saved = { record: string, mark: SyncMark, 
/**
 * How many edits wait to be sent.
 */
outbox: number, 
/**
 * Given back within ten seconds, it takes the save back; absent where that makes no sense.
 */
undo: string | null, };

export type Scope = { 
/**
 * Its code.
 */
id: string, name: string, level: Level, parent: string | null, };

export type SearchQuery = { text: string, 
/**
 * At most so many of each kind.
 */
limit: number, };

export type SearchResults = { people: Array<PersonHit>, doors: Array<DoorHit>, buildings: Array<BuildingHit>, issues: Array<IssueHit>, 
/**
 * Of which kinds there is more than is shown.
 */
more: MoreHits, };

export type SettledBy = { by: string, at: string, shown: string | null, 
/**
 * Until the field was changed again.
 */
can_undo: boolean, };

export type SettledRef = { record: string, field: string, };

export type Settlement = { record: string, field: string, 
/**
 * The side that is right, or else a value typed by hand.
 */
side: string | null, value: string | null, 
/**
 * Also keep the other side in the second field.
 */
keep_both: boolean, seen: Array<string>, };

export type ShellName = "tablet" | "console";

export type StaffFile = { row: StaffRow, 
/**
 * Everything they were ever appointed to, the newest first.
 */
duties: Array<DutyLine>, 
/**
 * Whether the asker may change name and phone.
 */
may_edit: boolean, 
/**
 * Whether the asker may close or open the account again.
 */
may_close: boolean, may_appoint: boolean, };

export type StaffPage = { total: number, 
/**
 * Whether there is anybody at all, whatever was asked for.
 */
anybody: boolean, rows: Array<StaffRow>, };

export type StaffQuery = { text: string | null, 
/**
 * A division: who is appointed to it, or to something in it.
 */
scope: string | null, role: Role | null, 
/**
 * Those who hold nothing any more, instead of those who do.
 */
former: boolean, offset: number, limit: number, };

export type StaffRow = { person: string, name: string, sign_in_name: string, work_phone: string | null, 
/**
 * The account is closed: nothing they were appointed to holds any more.
 */
closed: boolean, 
/**
 * What they hold or will hold; of somebody who holds nothing any more, what they held.
 */
duties: Array<DutyLine>, mark: SyncMark, };

export type Stage = "enrol" | "locked" | "loading" | "ready" | "sign_in" | "too_new";

export type Stays = "main" | "second" | "seasonal" | "away";

export type StepLine = { id: string, step: string, words: string | null, photos: Array<PhotoCard>, to: Array<string>, due: string | null, by: string, happened_at: string, 
/**
 * It came after another step that changed the state; it stands here and moved nothing.
 */
too_late: boolean, };

export type SyncMark = "saved_here" | "sent" | "needs_attention";

export type SyncState = "all_sent" | "waiting" | "photos_waiting" | "running" | "needs_attention" | "day_old" | "old";

export type SyncStatus = { state: SyncState, 
/**
 * Edits without an outcome.
 */
waiting: number, sending: number | null, 
/**
 * What the chip counts: own edits that did not simply come through, and fields on which people disagree.
 */
needs_attention: number, not_taken: number, disagreements: number, 
/**
 * Whole days since the oldest thing that is not in step: an edit or photo that waits, or the last pull.
 */
days_behind: number, 
/**
 * When the relay last took an edit, whether or not others still wait, and until when everything it had was received.
 */
sent_at: string | null, received_until: string | null, online: boolean, 
/**
 * Another tablet was seen to work under this one's number: it is to be enrolled again. Nothing is lost by it.
 */
enrol_again: boolean, 
/**
 * When the last attempt ended, since the app was started.
 */
tried_at: string | null, 
/**
 * Why the last round broke off.
 */
last_problem: CommandError | null, queue: Array<QueueLine>, photos: PhotosWaiting, };

export type Tenure = "owned" | "long_let" | "short_let" | "borrowed" | "public";

export type Today = { day: string, 
/**
 * What is overdue first, then in walking order.
 */
due: Array<DueDoor>, due_total: number, 
/**
 * Doors that stood on today's list and were visited since.
 */
visited: number, };

export type TodayQuery = { 
/**
 * How many days to look ahead; 0 for today alone.
 */
ahead_days: number, };

export type Undo = { undo: string, };

export type UnitCard = { id: string, name: string, short_name: string, 
/**
 * The category names this unit, or one of its type, as responsible.
 */
proposed: boolean, };

export type UnitLine = { id: string, unit_type: UnitType, name: string, short_name: string, 
/**
 * The code of its division, and what that is called.
 */
division: string, division_name: string, parent_name: string | null, phone: string | null, in_use: boolean, mark: SyncMark, };

export type UnitType = "office" | "centre" | "department" | "property_firm" | "owners_committee" | "service_centre";

export type Unlock = { pin: string, };

export type Urgency = "normal" | "soon" | "now";

export type ValueInput = "text" | "words" | "phone" | "date" | "number" | "choice" | "none";

export type VisitCorrection = { visit: string, 
/**
 * The visit did not take place: nothing counts in its stead.
 */
void: boolean, outcome: VisitOutcome, met: Array<string>, said: string | null, revisit_on: string | null, draft?: string, };

export type VisitLine = { id: string, happened_at: string, outcome: VisitOutcome, said: string | null, 
/**
 * The names of who was met, as far as they are held here.
 */
met: Array<string>, met_ids: Array<string>, by: string, revisit_on: string | null, photos: Array<PhotoCard>, 
/**
 * Recorded by the asker, who alone may correct it; what was signed off is not edited.
 */
mine: boolean, mark: SyncMark, };

export type VisitOutcome = "met" | "nobody" | "appointment" | "refused" | "vacant" | "moved";

export type VisitQuery = { scope: string | null, limit: number, };

export type VisitRow = { id: string, happened_at: string, outcome: VisitOutcome, said: string | null, by: string, door_label: string, building_name: string, grid_name: string, dwelling: string, };

export type VisitState = "unvisited" | "visited" | "revisit" | "nobody" | "refused" | "vacant";

export const appState = () => call<AppState>('app_state', null)
export const parseEnrolLink = (input: EnrolLinkInput) => call<EnrolPreview>('parse_enrol_link', input)
export const enrol = (input: Enrol) => call<AppState>('enrol', input)
export const enrolAgain = (input: EnrolLinkInput) => call<AppState>('enrol_again', input)
export const unlock = (input: Unlock) => call<AppState>('unlock', input)
export const lock = () => call<AppState>('lock', null)
export const loadProgress = () => call<LoadProgress>('load_progress', null)
export const eraseResident = (input: ErasureInput) => call<Erased>('erase_resident', input)
export const historyWhole = (input: HistoryRef) => call<RecordHistory>('history_whole', input)
export const listBuildings = () => call<Array<BuildingCard>>('list_buildings', null)
export const buildingMatrix = (input: BuildingRef) => call<BuildingMatrix>('building_matrix', input)
export const householdFile = (input: DwellingRef) => call<HouseholdFile>('household_file', input)
export const saveVisit = (input: NewVisit) => call<Saved>('save_visit', input)
export const correctVisit = (input: VisitCorrection) => call<Saved>('correct_visit', input)
export const residentFile = (input: ResidentRef) => call<ResidentFile>('resident_file', input)
export const correctResident = (input: ResidentCorrection) => call<Saved>('correct_resident', input)
export const recordForm = (input: FormRef) => call<Form>('record_form', input)
export const saveForm = (input: FormChanges) => call<Saved>('save_form', input)
export const possibleDuplicates = (input: DuplicateQuery) => call<Array<PossibleDuplicate>>('possible_duplicates', input)
export const addResident = (input: NewResident) => call<Saved>('add_resident', input)
export const moveIn = (input: MoveIn) => call<Saved>('move_in', input)
export const moveOut = (input: MoveOut) => call<Saved>('move_out', input)
export const recordDeath = (input: Death) => call<Saved>('record_death', input)
export const saveIdentity = (input: IdentityEntry) => call<Saved>('save_identity', input)
export const addHousehold = (input: NewHousehold) => call<Saved>('add_household', input)
export const moveHousehold = (input: HouseholdMove) => call<Saved>('move_household', input)
export const endHousehold = (input: HouseholdEnd) => call<Saved>('end_household', input)
export const addNeed = (input: NewNeed) => call<Saved>('add_need', input)
export const answerNeed = (input: NeedAnswer) => call<Saved>('answer_need', input)
export const addDwelling = (input: NewDwelling) => call<Saved>('add_dwelling', input)
export const addBuilding = (input: NewBuilding) => call<Saved>('add_building', input)
export const listCompounds = () => call<Array<CompoundCard>>('list_compounds', null)
export const addCompound = (input: NewCompound) => call<Saved>('add_compound', input)
export const historyHere = (input: HistoryRef) => call<RecordHistory>('history_here', input)
export const reveal = (input: Reveal) => call<Revealed>('reveal', input)
export const undoSave = (input: Undo) => call<Saved>('undo_save', input)
export const syncStatus = () => call<SyncStatus>('sync_status', null)
export const syncNow = () => call<SyncStatus>('sync_now', null)
export const listScopes = () => call<Array<Scope>>('list_scopes', null)
export const register = (input: RegisterQuery) => call<RegisterPage>('register', input)
export const listCategories = () => call<Array<CategoryCard>>('list_categories', null)
export const reportIssue = (input: NewIssue) => call<Saved>('report_issue', input)
export const listIssues = (input: IssueQuery) => call<Array<IssueCard>>('list_issues', input)
export const issueFile = (input: IssueRef) => call<IssueFile>('issue_file', input)
export const takeStep = (input: NewStep) => call<Saved>('take_step', input)
export const stagePhoto = (input: PickedPhoto) => call<PhotoData>('stage_photo', input)
export const dropPhoto = (input: PhotoRef) => call<null>('drop_photo', input)
export const photoData = (input: PhotoQuery) => call<PhotoData>('photo_data', input)
export const search = (input: SearchQuery) => call<SearchResults>('search', input)
export const recentVisits = (input: VisitQuery) => call<Array<VisitRow>>('recent_visits', input)
export const today = (input: TodayQuery) => call<Today>('today', input)
export const saveDraft = (input: NewDraft) => call<null>('save_draft', input)
export const draft = (input: DraftRef) => call<DraftText | null>('draft', input)
export const listDrafts = () => call<Array<DraftCard>>('list_drafts', null)
export const dropDraft = (input: DraftRef) => call<null>('drop_draft', input)
export const listConflicts = (input: ConflictQuery) => call<Array<ConflictLine>>('list_conflicts', input)
export const conflictCard = (input: ConflictRef) => call<ConflictCard>('conflict_card', input)
export const settleConflict = (input: Settlement) => call<Saved>('settle_conflict', input)
export const undoSettlement = (input: SettledRef) => call<Saved>('undo_settlement', input)
export const listAttention = () => call<Array<AttentionItem>>('list_attention', null)
export const markRead = (input: EditRef) => call<null>('mark_read', input)
export const retryEdit = (input: EditRef) => call<Saved>('retry_edit', input)
export const listHeld = (input: HeldQuery) => call<Array<HeldCard>>('list_held', input)
export const decideHeld = (input: HeldDecision) => call<Saved>('decide_held', input)
export const myPowers = () => call<Powers>('my_powers', null)
export const listStaff = (input: StaffQuery) => call<StaffPage>('list_staff', input)
export const staffFile = (input: PersonRef) => call<StaffFile>('staff_file', input)
export const addPerson = (input: NewPerson) => call<Saved>('add_person', input)
export const addAssignment = (input: NewAssignment) => call<Saved>('add_assignment', input)
export const endAssignment = (input: AssignmentEnd) => call<Saved>('end_assignment', input)
export const setInUse = (input: InUse) => call<Saved>('set_in_use', input)
export const listUnits = () => call<Array<UnitLine>>('list_units', null)
export const addUnit = (input: NewUnit) => call<Saved>('add_unit', input)
export const allCategories = () => call<Array<CategoryLine>>('all_categories', null)
export const addCategory = (input: NewCategory) => call<Saved>('add_category', input)
export const listDivisions = (input: DivisionQuery) => call<Array<DivisionLine>>('list_divisions', input)
