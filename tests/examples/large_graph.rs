//! Writes the page of a graph of some 500 nodes, for the test of pages: `large_graph FILE`.

use gradroute_tape::layers::TransformerBlock;
use gradroute_tape::{Params, Shape, Stream, Tape};

const BLOCKS: usize = 14;

fn main() {
    let file = std::env::args().nth(1).expect("usage: large_graph FILE");
    let mut params = Params::<f32>::new();
    let blocks: Vec<TransformerBlock> = (0..BLOCKS)
        .map(|i| TransformerBlock::new(&mut params, &format!("block{i}"), 16, 4, 32, 0))
        .collect();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let mut stream = Stream::new(0, "large graph", 0);
    let shape = Shape::of_samples(&[4, 6, 16]);
    let numbers: Vec<f32> = (0..shape.len()).map(|_| stream.normal() as f32).collect();
    let x = g.literal(shape, &numbers);
    let y = blocks.iter().fold(x, |x, block| block.forward(&g, x));
    let error = g.mean(g.mul(y, y));
    let penalty = g.scale(g.l1_norm(y), 1e-3);
    let page = g.to_html("Fourteen blocks", &[("error", error), ("penalty", penalty)]);
    std::fs::write(&file, page).expect("the file can be written");
    let mut nodes = 0;
    g.for_each_node(|_| nodes += 1);
    println!("{nodes} nodes");
}
