//! The files of the pages, which are parts of the program.

/// A file.
pub(super) struct Asset {
    pub path: &'static str,
    pub kind: &'static str,
    pub text: &'static str,
}

macro_rules! assets {
    ($($path:literal: $kind:literal = $file:literal),* $(,)?) => {
        &[$(Asset { path: $path, kind: $kind, text: include_str!(concat!("assets/", $file)) }),*]
    };
}

const ASSETS: &[Asset] = assets![
    "/": "text/html; charset=utf-8" = "index.html",
    "/style.css": "text/css; charset=utf-8" = "style.css",
    "/app.js": "text/javascript; charset=utf-8" = "app.js",
    "/store.js": "text/javascript; charset=utf-8" = "store.js",
    "/dom.js": "text/javascript; charset=utf-8" = "dom.js",
    "/runs.js": "text/javascript; charset=utf-8" = "runs.js",
    "/watch.js": "text/javascript; charset=utf-8" = "watch.js",
    "/chart.js": "text/javascript; charset=utf-8" = "chart.js",
    "/probes.js": "text/javascript; charset=utf-8" = "probes.js",
    "/flow.js": "text/javascript; charset=utf-8" = "flow.js",
    "/vendor/uPlot.js": "text/javascript; charset=utf-8" = "vendor/uPlot.iife.min.js",
    "/vendor/uPlot.css": "text/css; charset=utf-8" = "vendor/uPlot.min.css",
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
