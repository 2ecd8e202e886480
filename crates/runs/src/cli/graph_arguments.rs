//! The arguments of `graph`.

use std::ffi::OsStr;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::{Args, ValueEnum, ValueHint};

use super::commands::{GraphRequest, PlaceRequest, Variant};
use super::failure::Failure;
use super::graph_format::GraphFormat;
use super::machine::Machine;
use super::place_arguments::Place;
use super::whole::at_least;

/// Samples of a graph that is looked at, where nothing else is said.
const BATCH: i64 = 8;

/// Show a step's graph and its backward pass, node by node
///
/// Makes a step and writes down its graph with all values, and the way back from
/// each term of the loss: as a page that steps backwards (html), as a picture (svg,
/// dot), or as numbers (json). A run that is looked at stays as it is.
#[derive(Args, Debug)]
pub(super) struct Graph {
    #[command(flatten)]
    pub place: Place,

    /// Samples of the step (train.batch) [default: 8]
    #[arg(long, value_name = "N", value_parser = at_least::<1>)]
    pub batch: Option<i64>,

    /// A variant that the page can switch to, such as loss.l1=0,routing.enabled=false; may be repeated
    #[arg(long = "variant", value_name = "KEY=VALUE", value_hint = ValueHint::Other)]
    pub variants: Vec<String>,

    /// What is written [default: by the name of --out, else html]
    #[arg(long, value_enum)]
    pub format: Option<GraphFormat>,

    /// File to write [default: standard output]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,

    #[command(flatten)]
    pub machine: Machine,
}

impl Graph {
    /// What is asked for.
    pub fn request(&self, place: PlaceRequest) -> Result<GraphRequest, Failure> {
        let format = match (self.format, &self.out) {
            (Some(format), _) => format,
            (None, None) => GraphFormat::Html,
            (None, Some(file)) => {
                let ending = file.extension().and_then(OsStr::to_str).unwrap_or_default();
                GraphFormat::from_str(ending, false).map_err(|_| {
                    Failure::usage(anyhow!(
                        "--out {}: say what it is by --format, or by a name in .html, .svg, .dot or .json",
                        file.display()
                    ))
                })?
            }
        };
        if matches!(format, GraphFormat::Svg | GraphFormat::Dot) && !self.variants.is_empty() {
            let drawn = anyhow!("--variant: a picture shows one graph; use --format html or json");
            return Err(Failure::usage(drawn));
        }
        let variant = |text: &String| Variant { name: text.clone(), set: parts(text) };
        let said = place.request.set.iter().any(|text| text.starts_with("train.batch"));
        let batch_by_default = (self.batch.is_none() && !said).then_some(BATCH);
        let variants = self.variants.iter().map(variant).collect();
        Ok(GraphRequest { place, batch_by_default, variants, format, out: self.out.clone() })
    }
}

/// The settings of a variant: what stands between commas, but for those in a list or a text.
fn parts(text: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut found) = (0, false, vec![String::new()]);
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        match found.last_mut() {
            Some(last) if letter != ',' || quoted || depth > 0 => last.push(letter),
            _ => found.push(String::new()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn settings_are_told_apart_by_commas_that_stand_in_no_list() {
        assert_eq!(parts("a=1,b=[2,3],c=\"4,5\""), ["a=1", "b=[2,3]", "c=\"4,5\""]);
    }
}
