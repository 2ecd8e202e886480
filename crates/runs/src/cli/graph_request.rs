//! What `graph` is asked for.

use std::ffi::OsStr;

use anyhow::anyhow;
use clap::ValueEnum;

use super::commands::{GraphRequest, PlaceRequest, Variant};
use super::failure::Failure;
use super::graph_arguments::Graph;
use super::graph_format::GraphFormat;
use crate::config::FileLayer;

/// Samples of a graph that is looked at, where nothing else is said.
pub(super) const BATCH: i64 = 8;

/// What is asked for.
pub(super) fn request(asked: &Graph, place: PlaceRequest) -> Result<GraphRequest, Failure> {
    let format = match (asked.format, &asked.out) {
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
    if matches!(format, GraphFormat::Svg | GraphFormat::Dot) && !asked.variants.is_empty() {
        let drawn = anyhow!("--variant: a picture shows one graph; use --format html or json");
        return Err(Failure::usage(drawn));
    }
    let batch_by_default = (asked.batch.is_none() && !says_batch(&place)).then_some(BATCH);
    let variants = asked.variants.iter().map(|text| variant(text)).collect();
    Ok(GraphRequest { place, batch_by_default, variants, format, out: asked.out.clone() })
}

/// A variant by its settings, with commas between them.
pub(super) fn variant(text: &str) -> Variant {
    Variant { name: text.to_owned(), set: parts(text) }
}

/// Whether a setting, or the file of `--config`, says how many samples a step has. A run's own file always does.
fn says_batch(place: &PlaceRequest) -> bool {
    let key = |text: &String| text.split('=').next().map(str::trim) == Some("train.batch");
    let file = place.request.file.as_ref().filter(|_| place.run.is_none());
    // What can't be read is told where it is read for its settings.
    let file = file.and_then(|file| FileLayer::read(file).ok());
    let of_file = file
        .is_some_and(|file| file.table.get("train").and_then(|train| train.get("batch")).is_some());
    of_file || place.request.set.iter().any(key)
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
