//! The model by plain sums, to compare with.

use gradroute_tape::Params;

/// A model with two hidden layers.
pub struct Plain<'p>(pub &'p Params<f64>);

impl Plain<'_> {
    fn layer(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let get = |part: &str| self.0.get(self.0.id(&format!("{name}.{part}")).unwrap());
        let dot = |row: &[f64]| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
        get("weight").chunks(x.len()).zip(get("bias")).map(|(row, b)| dot(row) + b).collect()
    }

    fn stack(&self, name: &str, x: &[f64]) -> Vec<f64> {
        let first = relu(self.layer(&format!("{name}.0"), x));
        self.layer(&format!("{name}.4"), &relu(self.layer(&format!("{name}.2"), &first)))
    }

    /// `mean` and `c` of an image.
    pub fn heads(&self, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let code = self.stack("encoder", x);
        (self.layer("mean", &code), self.layer("c", &code))
    }

    /// The encoding of an image with this noise.
    pub fn sample(&self, x: &[f64], noise: &[f64]) -> Vec<f64> {
        let (mean, c) = self.heads(x);
        relu(mean.iter().zip(&c).zip(noise).map(|((mean, c), noise)| mean + c * noise).collect())
    }

    /// The image of an encoding.
    pub fn draw(&self, z: &[f64]) -> Vec<f64> {
        self.stack("decoder", z).into_iter().map(|v| 1.0 / (1.0 + (-v).exp())).collect()
    }
}

fn relu(x: Vec<f64>) -> Vec<f64> {
    x.into_iter().map(|v| v.max(0.0)).collect()
}

/// The squared distance.
pub fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}
