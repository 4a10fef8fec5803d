//! What goes wrong in a run, each by its number in the catalogue of field faults (F1 a kill, F15 a lost answer), and how often.

/// How likely each fault is, in percent of the moments at which it could happen.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// F11, F12: a question never arrives.
    pub ask_lost: usize,
    /// F15: the relay has committed, and the answer never arrives.
    pub answer_lost: usize,
    /// F14: a question arrives once more, later, after others.
    pub ask_repeated: usize,
    /// F1: the app is killed in the middle of a round.
    pub killed: usize,
    /// F8: the clock jumps, by up to years.
    pub clock_jumps: usize,
    /// F20: the relay's disk dies, and an older backup of it is restored.
    pub restored: usize,
    /// F6: a row of what the relay said is not what it said any more.
    pub rows_rot: usize,
}

impl Faults {
    pub const NONE: Self =
        Self { ask_lost: 0, answer_lost: 0, ask_repeated: 0, killed: 0, clock_jumps: 0, restored: 0, rows_rot: 0 };
    pub const FIELD: Self =
        Self { ask_lost: 12, answer_lost: 12, ask_repeated: 8, killed: 5, clock_jumps: 2, restored: 6, rows_rot: 2 };
}
