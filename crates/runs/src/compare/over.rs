//! Measures over the values of a swept key: a table, and curves with bands.

use std::collections::BTreeSet;

use toml::Value;

use super::measured::Measured;
use super::page::ComparisonTable;
use super::settings::{Comparison, Setting};
use super::table::notes;
use crate::config::{Keys, Settings, the_experiment};
use crate::evaluation::Measure;
use crate::figures::{BandCurve, BandPanel, Bands, FigureError, Places, Spread};
use crate::page::Figure;
use crate::sweep::labels;
use crate::table::{Cell, Column, Section, Table};

/// The name of these tables.
pub const OVER: &str = "over";

/// The key under which presets are swept.
const PRESET: &str = "preset";

/// What tells of weights from a file, among the changes of a setting.
const WEIGHTS: &str = "initial weights";

/// Curves of a picture, and of a table.
const CURVES: usize = 8;

/// Panels of a picture.
const PANELS: usize = 4;

/// Pictures of a key.
pub const MOST_FIGURES: usize = 24;

/// The settings of a comparison along a key.
#[derive(Clone, Debug)]
pub struct Over {
    /// The key.
    pub key: String,
    places: Places,
    /// What else tells settings apart, with the setting at each place.
    curves: Vec<(String, Vec<Option<usize>>)>,
}

/// The keys in which settings differ, but for the one that makes runs longer.
pub fn differing_keys<C: Settings, R>(comparison: &Comparison<C, R>) -> Vec<String> {
    let all: Vec<Keys> = comparison.settings.iter().map(config_of).collect();
    let mut names: Vec<&String> = all.iter().flat_map(|keys| keys.keys()).collect();
    names.sort();
    names.dedup();
    let differs = |key: &&&String| all.iter().any(|keys| keys.get(**key) != all[0].get(**key));
    names.iter().filter(differs).map(|key| (*key).clone()).collect()
}

fn config_of<C: Settings, R>(setting: &Setting<C, R>) -> Keys {
    the_experiment(&setting.runs[0].resolved.config)
}

impl Over {
    /// The settings along `key`, told apart by the other ones of `swept`; `None` where all have one
    /// value of it.
    pub fn new<C: Settings, R>(
        comparison: &Comparison<C, R>,
        key: &str,
        swept: &[String],
    ) -> Option<Self> {
        let settings = &comparison.settings;
        let configs: Vec<Keys> = settings.iter().map(config_of).collect();
        let value = |i: usize, key: &str| match key {
            PRESET => Some(Value::String(settings[i].preset.clone())),
            key => configs[i].get(key).cloned(),
        };
        let values: Vec<Option<Value>> = (0..settings.len()).map(|i| value(i, key)).collect();
        let (places, at) = places(&values);
        if places_len(&places) < 2 {
            return None;
        }
        // All but the key must be the same along a curve.
        let rest = |i: usize| {
            let mut rest = configs[i].clone();
            rest.retain(|other, _| key != PRESET && other != key);
            let init = settings[i].changes.iter().find(|change| change.key == WEIGHTS);
            let swept = swept.iter().filter(|other| *other != key).map(|other| value(i, other));
            format!("{rest:?}, {init:?}, {:?}", swept.collect::<Vec<_>>())
        };
        let rests: Vec<String> = (0..settings.len()).map(rest).collect();
        let mut curves: Vec<(usize, Vec<Option<usize>>)> = Vec::new();
        for (i, &place) in at.iter().enumerate() {
            let known = curves.iter_mut().find(|(first, _)| rests[*first] == rests[i]);
            match known {
                Some((_, settings)) => settings[place] = Some(i),
                None => {
                    let mut settings = vec![None; places_len(&places)];
                    settings[place] = Some(i);
                    curves.push((i, settings));
                }
            }
        }
        // Named by what is swept, and by what else differs, but for what follows from their presets.
        let firsts: Vec<usize> = curves.iter().map(|(first, _)| *first).collect();
        let differs = |other: &String| {
            other != key && firsts.iter().any(|&i| value(i, other) != value(firsts[0], other))
        };
        let mut named: Vec<String> = swept.iter().filter(|other| differs(other)).cloned().collect();
        let names = |named: &[String]| -> Vec<String> {
            let labels = labels(named.iter());
            let part = |i: usize, other: &String| match value(i, other) {
                Some(value) if other == PRESET => text(&value),
                Some(value) => format!("{}={}", labels[other], text(&value)),
                None => format!("no {}", labels[other]),
            };
            let name = |&i: &usize| {
                let parts: Vec<String> = named.iter().map(|other| part(i, other)).collect();
                if parts.is_empty() { settings[i].preset.clone() } else { parts.join(", ") }
            };
            firsts.iter().map(name).collect()
        };
        let preset = PRESET.to_owned();
        let all = || configs.iter().flat_map(|keys| keys.keys()).chain([&preset]);
        let add = |named: &mut Vec<String>, more: &dyn Fn(&String) -> bool| {
            let more: BTreeSet<&String> =
                all().filter(|other| differs(other) && more(other)).collect();
            let more: Vec<&String> =
                more.into_iter().filter(|other| !named.contains(other)).collect();
            named.extend(more.into_iter().cloned());
        };
        add(&mut named, &|other| {
            let same_preset = |&&i: &&usize, &&j: &&usize| settings[i].preset == settings[j].preset;
            firsts.iter().any(|i| {
                firsts.iter().any(|j| same_preset(&i, &j) && value(*i, other) != value(*j, other))
            })
        });
        if !all_differ(&names(&named)) {
            add(&mut named, &|_| true);
        }
        let names = names(&named);
        let curves = names.into_iter().zip(curves).map(|(name, (_, settings))| (name, settings));
        let curves = curves.collect();
        Some(Self { key: key.to_owned(), places, curves })
    }

    /// Whether its values are numbers.
    pub fn is_of_numbers(&self) -> bool {
        matches!(self.places, Places::Numbers(_))
    }

    /// Whether it is no key, but the preset.
    pub fn is_of_presets(&self) -> bool {
        self.key == PRESET
    }

    /// Tables with a section for each measure, a row for each value and a column for each curve.
    pub fn tables<C: Settings, R>(&self, comparison: &Comparison<C, R>) -> Vec<ComparisonTable> {
        let measures = comparison.all_measures();
        let table = |curves: &[(String, Vec<Option<usize>>)]| {
            let cell = |setting: &Option<usize>, measure: &Measure| {
                let measured = setting
                    .and_then(|i| comparison.measured(&comparison.settings[i], &measure.name));
                measured.map_or_else(|| "–".to_owned(), |measured| told(&measured))
            };
            let row = |(place, name): (usize, &String), measure: &Measure| {
                let cells = curves.iter().map(|(_, settings)| cell(&settings[place], measure));
                [name.clone()].into_iter().chain(cells).map(Cell::plain).collect()
            };
            let names = self.places.names();
            let section = |measure: &Measure| Section {
                heading: heading(measure),
                rows: names.iter().enumerate().map(|place| row(place, measure)).collect(),
            };
            let column = |name: &str| Column { group: String::new(), name: name.to_owned() };
            let columns = [self.key.as_str()].into_iter();
            let columns = columns.chain(curves.iter().map(|(name, _)| name.as_str()));
            let table = Table {
                caption: format!("Measures over {}", self.key),
                columns: columns.map(column).collect(),
                sections: measures.iter().map(section).collect(),
                notes: notes(comparison),
            };
            let heading = format!("Over {}", self.key);
            ComparisonTable { name: OVER, heading, table, printed: true }
        };
        self.curves.chunks(CURVES).map(table).collect()
    }

    /// Pictures: a panel for each measure, a curve for each of what else tells settings apart.
    ///
    /// # Errors
    /// When one can't be drawn.
    pub fn figures<C: Settings, R>(
        &self,
        comparison: &Comparison<C, R>,
    ) -> Result<Vec<Figure>, FigureError> {
        let measures = comparison.all_measures();
        let mut figures = Vec::new();
        for curves in self.curves.chunks(CURVES) {
            for measures in measures.chunks(PANELS) {
                let panels: Vec<BandPanel<'_>> =
                    measures.iter().map(|measure| panel(comparison, curves, measure)).collect();
                let drawing = Bands {
                    title: &format!("Measures over {}", self.key),
                    subtitle: "Runs that differ in their seed only are one mark",
                    setting: &self.key,
                    places: self.places.clone(),
                    panels: &panels,
                }
                .draw()?;
                let names: Vec<&str> = measures.iter().map(|m| m.name.as_str()).collect();
                let caption = format!("Over {}: {}", self.key, names.join(", "));
                let name = format!("over-{}-{}", self.key.replace('.', "-"), figures.len() + 1);
                figures.push(Figure::new(name, caption, drawing));
                if figures.len() == MOST_FIGURES {
                    return Ok(figures);
                }
            }
        }
        Ok(figures)
    }

    /// How many pictures there would be without a bound.
    pub fn number_of_figures<C: Settings, R>(&self, comparison: &Comparison<C, R>) -> usize {
        self.curves.len().div_ceil(CURVES) * comparison.all_measures().len().div_ceil(PANELS)
    }
}

fn panel<'a, C: Settings, R>(
    comparison: &Comparison<C, R>,
    curves: &'a [(String, Vec<Option<usize>>)],
    measure: &'a Measure,
) -> BandPanel<'a> {
    let mut floors = Vec::new();
    let mut spread = |setting: &Option<usize>| {
        let Measured { estimate, floor, .. } =
            comparison.measured(&comparison.settings[(*setting)?], &measure.name)?;
        floors.push(floor);
        let (interval, mean) = (estimate.interval(), estimate.mean);
        Some(Spread { values: estimate.values, mean, interval, references: Vec::new() })
    };
    let curves = curves
        .iter()
        .map(|(name, settings)| BandCurve { name, at: settings.iter().map(&mut spread).collect() })
        .collect();
    // One line can only stand for one number.
    let floor = floors
        .first()
        .copied()
        .flatten()
        .filter(|floor| floors.iter().all(|other| *other == Some(*floor)));
    BandPanel { name: &measure.about, curves, floor }
}

fn heading(measure: &Measure) -> String {
    format!("{}: {}", measure.name, measure.about)
}

fn told(measured: &Measured) -> String {
    let Measured { estimate, runs, .. } = measured;
    match estimate.half_width {
        Some(half) => format!("{:.4} ± {half:.4} ({runs})", estimate.mean),
        None => format!("{:.4} (1)", estimate.mean),
    }
}

/// The values along an axis, and which of them each setting has.
fn places(values: &[Option<Value>]) -> (Places, Vec<usize>) {
    let number = |value: &Option<Value>| match value {
        Some(Value::Integer(n)) => Some(*n as f64),
        Some(Value::Float(x)) if x.is_finite() => Some(*x),
        _ => None,
    };
    let numbers: Option<Vec<f64>> = values.iter().map(number).collect();
    if let Some(numbers) = numbers {
        let mut all = numbers.clone();
        all.sort_by(f64::total_cmp);
        all.dedup();
        let place = |n: &f64| all.iter().position(|other| other == n).unwrap_or(0);
        let at = numbers.iter().map(place).collect();
        return (Places::Numbers(all), at);
    }
    let name = |value: &Option<Value>| value.as_ref().map_or_else(|| "none".to_owned(), text);
    let mut names: Vec<String> = Vec::new();
    let mut at = Vec::new();
    for value in values {
        let name = name(value);
        let place = names.iter().position(|other| *other == name);
        at.push(place.unwrap_or(names.len()));
        if place.is_none() {
            names.push(name);
        }
    }
    (Places::Names(names), at)
}

fn places_len(places: &Places) -> usize {
    places.names().len()
}

/// A value as a reader writes it.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn all_differ(names: &[String]) -> bool {
    names.iter().collect::<BTreeSet<_>>().len() == names.len()
}
