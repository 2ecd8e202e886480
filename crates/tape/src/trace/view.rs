//! What is drawn at once: all nodes of a small graph; of a large one its label scopes, each as one box
//! that has a view of its own.

use std::collections::{BTreeMap, BTreeSet};

use gradroute_kernels::Real;

use super::result::Node;

/// Above so many nodes, label scopes are drawn as one box each.
const MOST_NODES: usize = 60;

/// A node, as it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Brief {
    pub title: String,
    /// Shape and source line.
    pub about: String,
    /// The same without the file's name.
    pub about_short: String,
    pub label: String,
    pub operands: Vec<usize>,
    pub passes: Vec<bool>,
    pub routes: bool,
    /// Whether it decides only on what operands get that depend on no sample: update weights.
    pub weighs_update: bool,
    pub depends_on_samples: bool,
    pub needs_grad: bool,
    /// `input`, `param` or `op`.
    pub kind: &'static str,
}

impl Brief {
    pub fn of<T: Real>(node: &Node<T>) -> Self {
        let (title, kind) = match (&node.param, node.op) {
            (Some(name), _) => (name.clone(), "param"),
            (None, "input") => ("input".to_owned(), "input"),
            (None, op) => (op.to_owned(), "op"),
        };
        let shape: Vec<String> = node.shape.iter().map(usize::to_string).collect();
        let line = node.at.rsplit('/').next().unwrap_or_default();
        let number = line.rsplit(':').next();
        Self {
            title,
            about: format!("[{}] {line}", shape.join(", ")),
            about_short: format!("[{}] line {}", shape.join(", "), number.unwrap_or_default()),
            label: node.label.clone(),
            operands: node.operands.clone(),
            passes: node.passes.clone(),
            routes: node.routes,
            weighs_update: !node.update_weights.is_empty(),
            depends_on_samples: node.depends_on_samples,
            needs_grad: node.needs_grad,
            kind,
        }
    }

    pub fn is_leaf(&self) -> bool {
        self.operands.is_empty()
    }
}

/// A box of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A node; one that is outside of the view's scope is drawn as the place where an edge comes from or
    /// goes to.
    Node { node: usize, outside: bool },
    /// Nodes of one label scope, and the number of their own view.
    Scope { name: String, nodes: Vec<usize>, view: usize },
}

/// What is drawn at once.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// The label scope; empty for the whole graph.
    pub scope: String,
    /// The view in which this one is a box.
    pub above: Option<usize>,
    pub items: Vec<Item>,
}

impl View {
    /// The nodes of the view's own boxes.
    pub fn nodes(&self) -> impl Iterator<Item = usize> {
        self.items.iter().flat_map(|item| match item {
            Item::Node { node, outside: false } => vec![*node],
            Item::Node { outside: true, .. } => Vec::new(),
            Item::Scope { nodes, .. } => nodes.clone(),
        })
    }
}

/// The views of a graph; the first one is of the whole.
pub(super) fn views(nodes: &[Brief]) -> Vec<View> {
    let mut views = Vec::new();
    if nodes.is_empty() {
        return vec![View { scope: String::new(), above: None, items: Vec::new() }];
    }
    add(nodes, (0..nodes.len()).collect(), "", None, &mut views);
    views
}

fn add(
    all: &[Brief],
    own: Vec<usize>,
    scope: &str,
    above: Option<usize>,
    views: &mut Vec<View>,
) -> usize {
    let number = views.len();
    let scope = within(all, &own, scope);
    views.push(View { scope: scope.clone(), above, items: Vec::new() });
    let mut items: Vec<Item> = Vec::new();
    for (name, nodes) in parts(all, &own, &scope) {
        match (name, &nodes[..]) {
            (Some(name), [_, _, ..]) if own.len() > MOST_NODES => {
                let view = add(all, nodes.clone(), &name, Some(number), views);
                items.push(Item::Scope { name, nodes, view });
            }
            _ => items.extend(nodes.iter().map(|&node| Item::Node { node, outside: false })),
        }
    }
    let own: BTreeSet<usize> = own.into_iter().collect();
    let mut outside = BTreeSet::new();
    for (to, node) in all.iter().enumerate() {
        for &from in &node.operands {
            match (own.contains(&from), own.contains(&to)) {
                (false, true) => outside.insert(from),
                (true, false) => outside.insert(to),
                _ => false,
            };
        }
    }
    items.extend(outside.into_iter().map(|node| Item::Node { node, outside: true }));
    views[number].items = items;
    number
}

/// The label scope, in `scope`, around all of some nodes: one that is around everything says nothing.
fn within(all: &[Brief], own: &[usize], scope: &str) -> String {
    let inner = inner(all, own[0], scope);
    let is_around = |name: &String| {
        own.iter().all(|node| self::inner(all, *node, scope).as_deref() == Some(name))
    };
    match inner.filter(|_| own.len() > 1).filter(is_around) {
        Some(name) => within(all, own, &name),
        None => scope.to_owned(),
    }
}

/// The label scope of a node one step further in than `scope`; none if the node is right in `scope`.
fn inner(all: &[Brief], node: usize, scope: &str) -> Option<String> {
    let label = &all[node].label;
    let rest = match scope.is_empty() {
        true => label,
        false => label.strip_prefix(scope)?.strip_prefix('.')?,
    };
    let name = rest.split('.').next().filter(|name| !name.is_empty())?;
    Some(if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") })
}

/// Nodes in order of creation, runs of those of one inner scope together. A run ends where another node
/// comes, so that what is drawn as one box never depends on itself; leaves end none, as they depend on
/// nothing.
fn parts(all: &[Brief], own: &[usize], scope: &str) -> Vec<(Option<String>, Vec<usize>)> {
    let mut parts: Vec<(Option<String>, Vec<usize>)> = Vec::new();
    let mut leaves: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for &node in own {
        let name = inner(all, node, scope);
        match (name, parts.last_mut()) {
            (Some(name), _) if all[node].is_leaf() => leaves.entry(name).or_default().push(node),
            (name, Some((last, nodes))) if name.is_some() && *last == name => nodes.push(node),
            (name, _) => parts.push((name, vec![node])),
        }
    }
    for (name, leaves) in leaves {
        match parts.iter_mut().find(|(other, _)| other.as_deref() == Some(&name)) {
            Some((_, nodes)) => {
                nodes.extend(leaves);
                nodes.sort_unstable();
            }
            None => parts.push((Some(name), leaves)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(label: &str, operands: &[usize]) -> Brief {
        Brief {
            title: "op".to_owned(),
            about: String::new(),
            about_short: String::new(),
            label: label.to_owned(),
            operands: operands.to_vec(),
            passes: vec![true; operands.len()],
            routes: false,
            weighs_update: false,
            depends_on_samples: true,
            needs_grad: true,
            kind: "op",
        }
    }

    /// `scopes` times `nodes` in a chain.
    fn chain(scopes: usize, nodes: usize) -> Vec<Brief> {
        let all = 0..scopes * nodes;
        all.map(|i| {
            let label = format!("model.block{}", i / nodes);
            if i == 0 { node(&label, &[]) } else { node(&label, &[i - 1]) }
        })
        .collect()
    }

    #[test]
    fn a_small_graph_is_drawn_whole_and_a_large_one_by_scopes() {
        let whole = views(&chain(3, 20));
        assert_eq!((whole.len(), whole[0].items.len()), (1, 60));
        let large = views(&chain(10, 50));
        assert_eq!((large.len(), large[0].items.len()), (11, 10));
        // Each with the nodes beside it.
        assert_eq!(large[1].items.len(), 51);
        assert_eq!(large[2].items.len(), 52);
        let all: BTreeSet<usize> = large[0].nodes().collect();
        assert_eq!(all.len(), 500);
    }

    #[test]
    fn no_box_depends_on_itself() {
        // Scope a is opened again after something that depends on it.
        let mut nodes = chain(1, 80);
        for (i, node) in nodes.iter_mut().enumerate() {
            node.label = ["a", "b", "a", ""][i / 20].to_owned();
        }
        let views = views(&nodes);
        let of = |item: &Item| match item {
            Item::Scope { name, .. } => name.clone(),
            Item::Node { node, .. } => node.to_string(),
        };
        let names: Vec<String> = views[0].items.iter().map(of).collect();
        assert_eq!(names[..3].concat(), "aba");
        assert_eq!(names.len(), 3 + 20);
    }
}
