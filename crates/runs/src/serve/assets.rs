//! The files of the pages, which are parts of the program.

use gradroute_tape::TracePage;

/// A file.
pub(super) struct Asset {
    pub path: &'static str,
    pub kind: &'static str,
    pub text: &'static str,
}

macro_rules! assets {
    ($($path:literal: $kind:literal = $text:expr),* $(,)?) => {
        &[$(Asset { path: $path, kind: $kind, text: $text }),*]
    };
}

const ASSETS: &[Asset] = assets![
    "/": "text/html; charset=utf-8" = include_str!("assets/index.html"),
    "/style.css": "text/css; charset=utf-8" = include_str!("assets/style.css"),
    "/app.js": "text/javascript; charset=utf-8" = include_str!("assets/app.js"),
    "/store.js": "text/javascript; charset=utf-8" = include_str!("assets/store.js"),
    "/dom.js": "text/javascript; charset=utf-8" = include_str!("assets/dom.js"),
    "/runs.js": "text/javascript; charset=utf-8" = include_str!("assets/runs.js"),
    "/watch.js": "text/javascript; charset=utf-8" = include_str!("assets/watch.js"),
    "/chart.js": "text/javascript; charset=utf-8" = include_str!("assets/chart.js"),
    "/probes.js": "text/javascript; charset=utf-8" = include_str!("assets/probes.js"),
    "/flow.js": "text/javascript; charset=utf-8" = include_str!("assets/flow.js"),
    "/explore.js": "text/javascript; charset=utf-8" = include_str!("assets/explore.js"),
    "/audit.js": "text/javascript; charset=utf-8" = include_str!("assets/audit.js"),
    "/tape-of.js": "text/javascript; charset=utf-8" = include_str!("assets/tape-of.js"),
    "/run-head.js": "text/javascript; charset=utf-8" = include_str!("assets/run-head.js"),
    "/tape.js": "text/javascript; charset=utf-8" = TracePage::<f32>::SCRIPT,
    "/tape.css": "text/css; charset=utf-8" = TracePage::<f32>::STYLE,
    "/report.css": "text/css; charset=utf-8" = crate::report::STYLE,
    "/vendor/uPlot.js": "text/javascript; charset=utf-8" = include_str!("assets/vendor/uPlot.iife.min.js"),
    "/vendor/uPlot.css": "text/css; charset=utf-8" = include_str!("assets/vendor/uPlot.min.css"),
];

/// The file at a path.
pub(super) fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::run::hex;

    #[test]
    fn the_pages_take_no_more_than_200_kb() {
        let bytes: usize = ASSETS.iter().map(|asset| asset.text.len()).sum();
        assert!(bytes <= 200_000, "{bytes} bytes");
    }

    #[test]
    fn what_others_wrote_is_as_they_published_it() {
        let readme = include_str!("assets/vendor/README.md");
        for asset in ASSETS.iter().filter(|asset| asset.path.starts_with("/vendor/")) {
            let found = hex(&Sha256::digest(asset.text));
            assert!(readme.contains(&found), "{} has SHA-256 {found}", asset.path);
        }
    }
}
