//! The numbers that the walkers look for.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use gradroute_kernels::random::Stream;
use gradroute_runs::run::FileDigest;
use gradroute_runs::{Inputs, LoadError};

/// How many cells there are, with a number each.
pub const CELLS: usize = 12;

const FILE: &str = "numbers.txt";

/// A number for each cell.
pub type Numbers = [f32; CELLS];

/// Those in a folder's `numbers.txt`; without a folder they are made here.
pub fn load(given: Option<&Path>) -> Result<(Numbers, Inputs), LoadError> {
    let Some(folder) = given else {
        let mut stream = Stream::new(0, "numbers", 0);
        return Ok((std::array::from_fn(|_| stream.uniform() as f32), Inputs::none()));
    };
    let path = folder.join(FILE);
    let named = |reason: String| LoadError::from(format!("{}: {reason}", path.display()));
    let bytes = fs::read(&path).map_err(|error| named(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| named(error.to_string()))?;
    let numbers: Result<Vec<f32>, _> = text.split_whitespace().map(str::parse).collect();
    let numbers = numbers.map_err(|error| named(error.to_string()))?;
    let numbers = numbers.try_into().map_err(|found: Vec<f32>| {
        named(format!("it has {} numbers, expected {CELLS}", found.len()))
    })?;
    let inputs = Inputs {
        description: format!("{CELLS} numbers from {}", path.display()),
        directory: Some(folder.to_owned()),
        canonical: false,
        sha256: [(FILE.to_owned(), FileDigest::of(text.as_bytes()).sha256)].into(),
    };
    Ok((numbers, inputs))
}

/// `toy seeker numbers`.
pub fn command() -> Command {
    let data = Arg::new("data").long("data").value_parser(value_parser!(PathBuf));
    Command::new("numbers").about("Print the numbers that the walkers look for").arg(data)
}

/// What it prints.
pub fn print(matches: &ArgMatches) -> Result<String, LoadError> {
    let given = matches.get_one::<PathBuf>("data");
    let (numbers, _) = load(given.map(PathBuf::as_path))?;
    let numbers: Vec<String> = numbers.iter().map(f32::to_string).collect();
    Ok(format!("{}\n", numbers.join(" ")))
}
