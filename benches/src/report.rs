//! Figures beside their floors and budgets, as a table.

/// What a figure may be at most.
#[derive(Clone, Copy, Debug)]
pub enum Budget {
    None,
    Most(f64),
    /// So many times its floor.
    Ratio(f64),
    Least(f64),
}

#[derive(Clone, Debug)]
pub struct Figure {
    pub name: String,
    unit: &'static str,
    value: f64,
    floor: Option<f64>,
    budget: Budget,
}

impl Figure {
    fn new(name: String, unit: &'static str, scale: f64, value: f64, floor: Option<f64>, budget: Budget) -> Self {
        Self { name, unit, value: value * scale, floor: floor.map(|floor| floor * scale), budget }
    }
    /// Of seconds, shown as milliseconds.
    pub fn ms(name: String, value_s: f64, floor_s: Option<f64>, budget: Budget) -> Self {
        Self::new(name, "ms", 1e3, value_s, floor_s, budget)
    }
    pub fn s(name: String, value_s: f64, budget: Budget) -> Self {
        Self::new(name, "s", 1.0, value_s, None, budget)
    }
    /// Of bytes.
    pub fn kb(name: String, bytes: f64, floor: Option<f64>, budget: Budget) -> Self {
        Self::new(name, "kB", 1e-3, bytes, floor, budget)
    }
    pub fn mb(name: String, bytes: f64, floor: Option<f64>, budget: Budget) -> Self {
        Self::new(name, "MB", 1e-6, bytes, floor, budget)
    }

    pub fn rate(name: String, each_second: f64, budget: Budget) -> Self {
        Self::new(name, "/s", 1.0, each_second, None, budget)
    }

    /// The same figure in another unit.
    pub fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    fn ratio(&self) -> Option<f64> {
        self.floor.map(|floor| self.value / floor)
    }

    fn is_kept(&self) -> Option<bool> {
        match self.budget {
            Budget::None => None,
            Budget::Most(most) => Some(self.value <= most),
            Budget::Least(least) => Some(self.value >= least),
            Budget::Ratio(most) => self.ratio().map(|ratio| ratio <= most),
        }
    }
}

/// The table in Markdown, ready to be kept.
pub fn print(figures: &[Figure]) {
    let profile = if cfg!(debug_assertions) { "with debug assertions" } else { "without debug assertions" };
    let cores = std::thread::available_parallelism().map_or(0, |cores| cores.get());
    println!("{cores} cores, {}, built {profile}\n", std::env::consts::ARCH);
    println!("| figure | measured | floor | ratio | budget | kept |");
    println!("| --- | ---: | ---: | ---: | ---: | --- |");
    for figure in figures {
        let Figure { name, unit, value, floor, budget } = figure;
        let floor = floor.map_or_else(String::new, |floor| format!("{floor:.1} {unit}"));
        let ratio = figure.ratio().map_or_else(String::new, |ratio| format!("{ratio:.1}"));
        let most = match budget {
            Budget::None => String::new(),
            Budget::Most(most) => format!("at most {most} {unit}"),
            Budget::Least(least) => format!("at least {least} {unit}"),
            Budget::Ratio(most) => format!("{most} × floor"),
        };
        let kept = figure.is_kept().map_or("", |kept| if kept { "yes" } else { "**no**" });
        let digits = if *value < 10.0 { 2 } else { 1 };
        println!("| {name} | {value:.digits$} {unit} | {floor} | {ratio} | {most} | {kept} |");
    }
}
