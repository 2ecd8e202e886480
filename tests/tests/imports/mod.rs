//! Which file of a crate imports what from which other file, read off the text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module's path within its crate; the crate's root is empty.
type Module = Vec<String>;

/// A `use`: whether it is public, and the path with every name written out.
struct Use {
    public: bool,
    path: Vec<String>,
}

/// The sources of a crate.
pub struct Sources {
    files: BTreeMap<Module, PathBuf>,
    uses: BTreeMap<Module, Vec<Use>>,
    /// Paths that stand in the code itself.
    inline: BTreeMap<Module, Vec<Vec<String>>>,
}

impl Sources {
    /// Reads the files below `source`, tests apart.
    pub fn read(source: &Path, files: &[PathBuf]) -> Self {
        let mut sources =
            Self { files: BTreeMap::new(), uses: BTreeMap::new(), inline: BTreeMap::new() };
        for file in files {
            let module = module_of(source, file);
            if module.iter().any(|part| part.ends_with("tests") || part == "main") {
                continue;
            }
            let text = without_tests(&fs::read_to_string(file).unwrap());
            let (uses, rest) = split_uses(&text);
            sources.inline.insert(module.clone(), inline_paths(&rest));
            sources.uses.insert(module.clone(), uses);
            sources.files.insert(module, file.clone());
        }
        sources
    }

    /// How many imports from another file there are.
    pub fn imports(&self) -> usize {
        self.edges().values().map(BTreeSet::len).sum()
    }

    /// The cycles, a line each.
    pub fn cycles(&self) -> Vec<String> {
        let edges = self.edges();
        let reaches = |from: &Module| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(module) = next.pop() {
                for target in edges.get(&module).into_iter().flatten() {
                    if seen.insert(target.clone()) {
                        next.push(target.clone());
                    }
                }
            }
            seen
        };
        let reached: BTreeMap<&Module, BTreeSet<Module>> =
            self.files.keys().map(|module| (module, reaches(module))).collect();
        let mut cycles = BTreeSet::new();
        for (module, others) in &reached {
            if others.contains(*module) {
                let circle = others.iter().filter(|other| reached[other].contains(*module));
                let names = circle.map(|module| self.files[module].display().to_string());
                cycles.insert(names.collect::<Vec<_>>().join(", "));
            }
        }
        cycles.into_iter().collect()
    }

    /// The files that each file imports from.
    fn edges(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for module in self.files.keys() {
            let uses = self.uses[module].iter().filter(|used| {
                // A module's re-export of its own children is how it is put together.
                !(used.public && self.is_child(module, &used.path))
            });
            let paths = uses.map(|used| &used.path).chain(&self.inline[module]);
            for target in paths.filter_map(|path| self.defining(module, path, 0)) {
                if target != *module {
                    edges.entry(module.clone()).or_default().insert(target);
                }
            }
        }
        edges
    }

    fn is_child(&self, module: &Module, path: &[String]) -> bool {
        let path = if path[0] == "self" { &path[1..] } else { path };
        path.first().is_some_and(|first| {
            self.files.contains_key(&[&module[..], std::slice::from_ref(first)].concat())
        })
    }

    /// The module in which what `path` names from within `module` is defined.
    fn defining(&self, module: &Module, path: &[String], depth: usize) -> Option<Module> {
        let (mut at, mut rest) = match path[0].as_str() {
            "crate" => (Module::new(), &path[1..]),
            "self" => (module.clone(), &path[1..]),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                (module[..module.len().checked_sub(ups)?].to_vec(), &path[ups..])
            }
            _ if self.is_child(module, path) => (module.clone(), path),
            _ => return None,
        };
        while let Some(next) = rest.first() {
            let inner = [&at[..], std::slice::from_ref(next)].concat();
            if !self.files.contains_key(&inner) {
                break;
            }
            (at, rest) = (inner, &rest[1..]);
        }
        // What is left is a name there, which may be one of another file.
        if let Some(name) = rest.first()
            && depth < 8
        {
            let mut exports = self.uses.get(&at)?.iter().filter(|used| used.public);
            if let Some(export) = exports.find(|used| used.path.last() == Some(name)) {
                return self.defining(&at, &export.path, depth + 1);
            }
        }
        self.files.contains_key(&at).then_some(at)
    }
}

fn module_of(source: &Path, file: &Path) -> Module {
    let inner = file.strip_prefix(source).expect("it lies below").with_extension("");
    let mut module: Module = inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|name| ["mod", "lib"].contains(&name.as_str())) {
        module.pop();
    }
    module
}

/// The text up to its tests, without comments.
fn without_tests(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let code = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// The `use` items, and the code without them.
fn split_uses(text: &str) -> (Vec<Use>, String) {
    let (mut uses, mut rest) = (Vec::new(), String::new());
    for item in text.split_inclusive(';') {
        let start = item.trim_start();
        let position = ["use ", "pub use ", "pub(crate) use ", "pub(super) use "]
            .iter()
            .filter_map(|word| {
                item.rfind(&format!("\n{word}"))
                    .or(start.starts_with(word).then(|| item.len() - start.len()))
            })
            .max();
        let Some(position) = position else {
            rest += item;
            continue;
        };
        let (before, statement) = item.split_at(position);
        rest += before;
        let public = statement.trim_start().starts_with("pub");
        let tree = statement.split_once("use ").expect("it is one").1.trim_end_matches(';');
        let tree: String = tree.split_whitespace().collect::<Vec<_>>().join(" ");
        for path in expanded(&tree) {
            uses.push(Use { public, path });
        }
    }
    (uses, rest)
}

/// Every path of a tree such as `a::{b, c::{self, d}}`.
fn expanded(tree: &str) -> Vec<Vec<String>> {
    let parts = |text: &str| -> Vec<String> {
        let text = text.split(" as ").next().unwrap_or(text);
        text.split("::").map(|part| part.trim().to_owned()).filter(|p| !p.is_empty()).collect()
    };
    let Some((prefix, inner)) = tree.split_once('{') else { return vec![parts(tree)] };
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let (mut depth, mut start, mut branches) = (0, 0, Vec::new());
    for (i, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches.push(&inner[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    branches.push(&inner[start..]);
    let branches = branches.into_iter().map(str::trim).filter(|branch| !branch.is_empty());
    branches
        .flat_map(expanded)
        .map(|mut path| {
            if path == ["self"] {
                path.clear();
            }
            [parts(prefix), path].concat()
        })
        .collect()
}

/// Paths of two parts and more that stand in the code, such as `crate::run::hex(..)`.
fn inline_paths(code: &str) -> Vec<Vec<String>> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.split(|c: char| !is_path(c))
        .filter(|word| word.contains("::") && !word.starts_with(':'))
        .map(|word| word.split("::").map(str::to_owned).filter(|p| !p.is_empty()).collect())
        .filter(|path: &Vec<String>| path.len() > 1)
        .collect()
}
