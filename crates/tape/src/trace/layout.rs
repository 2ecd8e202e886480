//! Where the boxes of a view stand: from left to right by depth, in lanes by label.

use std::collections::BTreeMap;

use super::view::{Brief, Item, View};

/// Width and height of a box, in pixels.
pub(super) const BOX: (i32, i32) = (156, 46);
/// From a box to the next one in its row, and in its column.
const PITCH: (i32, i32) = (188, 60);
/// Room above a lane's first row, for its name.
const LANE_TOP: i32 = 28;
const LANE_GAP: i32 = 12;
const MARGIN: i32 = 16;

/// A view with the places of its boxes.
pub(super) struct Layout {
    pub size: (i32, i32),
    /// The upper left corner of each box.
    pub corners: Vec<(i32, i32)>,
    pub lanes: Vec<Lane>,
    pub edges: Vec<Edge>,
}

/// A band with the boxes of one label.
pub(super) struct Lane {
    pub name: String,
    pub top: i32,
    pub height: i32,
}

/// A line from a box to one that uses its value.
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    /// The node whose value it is, the node that uses it, and as which operand.
    pub ends: (usize, usize, usize),
}

pub(super) fn layout(all: &[Brief], view: &View) -> Layout {
    let edges = edges(all, view);
    let depths = depths(all, view, &edges);
    let lane_of = lanes(all, view, &edges);
    let mut names: Vec<&str> = Vec::new();
    for name in &lane_of {
        if !names.contains(&&**name) {
            names.push(name);
        }
    }
    let mut corners = vec![(0, 0); view.items.len()];
    let mut order: Vec<usize> = (0..view.items.len()).collect();
    order.sort_by_key(|item| (depths[*item], *item));
    let (mut lanes, mut top) = (Vec::new(), MARGIN);
    for name in names {
        // Which boxes stand in each column, by row.
        let mut taken: BTreeMap<(usize, i32), usize> = BTreeMap::new();
        let mut rows: BTreeMap<usize, i32> = BTreeMap::new();
        for &item in order.iter().filter(|item| lane_of[**item] == name) {
            let before = edges.iter().filter(|edge| edge.to == item);
            let row = before.filter_map(|edge| rows.get(&edge.from)).min().copied().unwrap_or(0);
            let free = |row: &i32| !taken.contains_key(&(depths[item], *row));
            let row = (row..).find(free).expect("some row is free");
            taken.insert((depths[item], row), item);
            rows.insert(item, row);
        }
        let count = rows.values().max().map_or(0, |row| row + 1);
        let height = LANE_TOP + count * PITCH.1 - (PITCH.1 - BOX.1) + LANE_GAP;
        for (item, row) in rows {
            let x = 2 * MARGIN + depths[item] as i32 * PITCH.0;
            corners[item] = (x, top + LANE_TOP + row * PITCH.1);
        }
        lanes.push(Lane { name: name.to_owned(), top, height });
        top += height + LANE_GAP;
    }
    let columns = depths.iter().max().map_or(0, |depth| depth + 1) as i32;
    let width = 4 * MARGIN + columns * PITCH.0 - (PITCH.0 - BOX.0);
    Layout { size: (width, top + MARGIN - LANE_GAP), corners, lanes, edges }
}

/// The edges between the boxes of a view, without those inside of a box.
fn edges(all: &[Brief], view: &View) -> Vec<Edge> {
    let mut item_of: BTreeMap<usize, (usize, bool)> = BTreeMap::new();
    for (i, item) in view.items.iter().enumerate() {
        match item {
            Item::Node { node, outside } => {
                item_of.insert(*node, (i, *outside));
            }
            Item::Scope { nodes, .. } => {
                item_of.extend(nodes.iter().map(|node| (*node, (i, false))));
            }
        }
    }
    let mut edges = Vec::new();
    for (&node, &(to, outside_to)) in &item_of {
        for (position, from_node) in all[node].operands.iter().enumerate() {
            let Some(&(from, outside_from)) = item_of.get(from_node) else { continue };
            if from != to && !(outside_from && outside_to) {
                edges.push(Edge { from, to, ends: (*from_node, node, position) });
            }
        }
    }
    edges
}

/// How many boxes lie before each, on the longest way. What nothing lies before stands just before its
/// first use.
fn depths(all: &[Brief], view: &View, edges: &[Edge]) -> Vec<usize> {
    let first = |item: &Item| match item {
        Item::Node { node, .. } => *node,
        Item::Scope { nodes, .. } => {
            let ops = nodes.iter().find(|node| !all[**node].is_leaf());
            ops.or(nodes.first()).copied().unwrap_or(0)
        }
    };
    let mut order: Vec<usize> = (0..view.items.len()).collect();
    order.sort_by_key(|item| first(&view.items[*item]));
    let mut depths: Vec<usize> = vec![0; view.items.len()];
    for &item in &order {
        let before = edges.iter().filter(|edge| edge.to == item);
        depths[item] = before.map(|edge| depths[edge.from] + 1).max().unwrap_or(0);
    }
    for item in 0..view.items.len() {
        let is_start = edges.iter().all(|edge| edge.to != item);
        let after = edges.iter().filter(|edge| edge.from == item).map(|edge| depths[edge.to]);
        if let (true, Some(after)) = (is_start, after.min()) {
            depths[item] = after.saturating_sub(1);
        }
    }
    depths
}

/// The lane of each box: the part of its label within the view. A leaf without a label stands with the
/// first box that uses it.
fn lanes(all: &[Brief], view: &View, edges: &[Edge]) -> Vec<String> {
    let own = |label: &str| {
        let inner = match view.scope.is_empty() {
            true => Some(label),
            false => label
                .strip_prefix(&*view.scope)
                .filter(|rest| rest.is_empty() || rest.starts_with('.'))
                .map(|rest| rest.trim_start_matches('.')),
        };
        match inner {
            Some(inner) => inner.split('.').next().unwrap_or_default().to_owned(),
            None => label.to_owned(),
        }
    };
    let lane = |item: &Item| match item {
        Item::Node { node, .. } => own(&all[*node].label),
        Item::Scope { name, .. } => own(name),
    };
    let lanes: Vec<String> = view.items.iter().map(lane).collect();
    let moved = |i: usize| match &view.items[i] {
        Item::Node { node, .. } if all[*node].is_leaf() && all[*node].label.is_empty() => {
            let user = edges.iter().find(|edge| edge.from == i);
            user.map_or(lanes[i].clone(), |edge| lanes[edge.to].clone())
        }
        _ => lanes[i].clone(),
    };
    (0..lanes.len()).map(moved).collect()
}
