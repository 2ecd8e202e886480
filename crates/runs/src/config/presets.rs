//! Built-in configurations.

use toml::Table;

use super::error::ConfigError;
use super::layer::FileLayer;
use super::merge::nearest;

/// A built-in configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The name that `--preset` takes.
    pub name: &'static str,
    /// Its TOML text: the `experiment` that it is of, a `description`, and every key of the
    /// configuration that has to be there, or a `preset` to start from and some keys.
    pub toml: &'static str,
}

/// The presets in files `FOLDER/NAME.toml`, the folder relative to the source file:
/// `presets!["presets": "small", "large"]`.
#[macro_export]
macro_rules! presets {
    [$folder:literal: $($name:literal),+ $(,)?] => {
        &[$($crate::config::Preset {
            name: $name,
            toml: include_str!(concat!($folder, "/", $name, ".toml")),
        }),+]
    };
}

impl Preset {
    /// What it is for, in a line.
    ///
    /// # Errors
    /// When its text is no TOML.
    pub fn description(&self) -> Result<String, ConfigError> {
        Ok(self.layer()?.description.unwrap_or_default())
    }

    /// The text as a layer.
    pub(crate) fn layer(&self) -> Result<FileLayer, ConfigError> {
        FileLayer::parse(self.toml, &format!("preset {}", self.name))
    }
}

/// The preset of this name.
pub(super) fn find(presets: &'static [Preset], name: &str) -> Result<Preset, ConfigError> {
    let names = || presets.iter().map(|preset| preset.name);
    presets.iter().find(|preset| preset.name == name).copied().ok_or_else(|| {
        ConfigError::UnknownPreset {
            name: name.to_owned(),
            hint: match nearest(name, names()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
            },
        }
    })
}

/// A preset's own layers, that of the preset that it starts from first.
pub(super) fn layers(
    presets: &'static [Preset],
    name: &str,
) -> Result<Vec<(String, Table)>, ConfigError> {
    let mut layers = Vec::new();
    let mut next = Some(name.to_owned());
    while let Some(name) = next.take() {
        let layer = find(presets, &name)?.layer()?;
        assert!(layers.len() < presets.len(), "preset {name} starts from itself");
        layers.push((layer.origin, layer.table));
        next = layer.preset;
    }
    layers.reverse();
    Ok(layers)
}
