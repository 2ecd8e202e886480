//! `presets`.

use std::fmt::Write;

use super::arguments::PresetsAction;
use super::catalogue::Entry;
use super::failure::Failure;
use super::print::print;

/// Prints the presets by experiment, or the text of one.
pub(super) fn run(entries: &[Entry], action: Option<PresetsAction>) -> Result<(), Failure> {
    match action {
        None | Some(PresetsAction::List) => {
            let mut text = String::new();
            for (e, entry) in entries.iter().enumerate() {
                let gap = if e == 0 { "" } else { "\n" };
                let _ = writeln!(text, "{gap}{}", entry.name);
                for (p, preset) in entry.presets.iter().enumerate() {
                    let default = if (e, p) == (0, 0) { " (default)" } else { "" };
                    let _ = writeln!(text, "  {}{default}: {}", preset.name, preset.description()?);
                }
            }
            print(&text)
        }
        Some(PresetsAction::Show { name }) => {
            let mut presets = entries.iter().flat_map(|entry| entry.presets);
            let preset = presets.find(|preset| preset.name == name);
            print(preset.map_or("", |preset| preset.toml))
        }
    }
}
