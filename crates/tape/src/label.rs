//! Label scopes: names such as `encoder.0`, interned so that a step allocates no strings.

/// Handle of a label path; 0 is the empty path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LabelId(u32);

#[derive(Debug)]
struct Entry {
    parent: LabelId,
    name: String,
}

/// All label paths seen so far, and the stack of open scopes.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    /// Entry `i` is label `i + 1`.
    entries: Vec<Entry>,
    open: Vec<LabelId>,
}

impl Labels {
    /// The innermost open scope.
    pub fn current(&self) -> LabelId {
        self.open.last().copied().unwrap_or_default()
    }

    pub fn push(&mut self, name: &str) {
        let parent = self.current();
        let name = self.without_prefix(parent, name).unwrap_or(name);
        let known = self.entries.iter().position(|e| e.parent == parent && e.name == name);
        let index = known.unwrap_or_else(|| {
            self.entries.push(Entry { parent, name: name.to_owned() });
            self.entries.len() - 1
        });
        self.open.push(LabelId(index as u32 + 1));
    }

    /// A full path without the part that is open already: a layer knows its own full name, and opens
    /// it within that of the layer around it.
    fn without_prefix<'n>(&self, open: LabelId, full: &'n str) -> Option<&'n str> {
        if open == LabelId::default() {
            return Some(full);
        }
        let entry = &self.entries[open.0 as usize - 1];
        let rest = self.without_prefix(entry.parent, full)?;
        rest.strip_prefix(&*entry.name)?.strip_prefix('.')
    }

    pub fn pop(&mut self) {
        self.open.pop();
    }

    pub fn close_all(&mut self) {
        self.open.clear();
    }

    /// The names from the outermost scope in, joined by dots; empty outside any scope.
    pub fn path(&self, id: LabelId) -> String {
        let mut names = Vec::new();
        let mut at = id;
        while at != LabelId::default() {
            let entry = &self.entries[at.0 as usize - 1];
            names.push(entry.name.as_str());
            at = entry.parent;
        }
        names.reverse();
        names.join(".")
    }
}
