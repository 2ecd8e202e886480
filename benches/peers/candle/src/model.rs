//! The replication's autoencoder, its two certificates, and its losses.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{ensure, Context, Result};
use candle_core::{DType, Device, Tensor, Var, D};
use candle_nn::{Linear, Module};
use serde_json::{json, Value};

use crate::mnist::PIXELS;

const L1: f64 = 1e-3;

/// Widths of the model.
pub struct Sizes {
    /// Of the encoder; the decoders mirror them.
    pub hidden: [usize; 2],
    /// Dims of the encoding, both halves together.
    pub encoding: usize,
}

impl Sizes {
    fn decoder_from(&self, dims: usize) -> [usize; 4] {
        [dims, self.hidden[1], self.hidden[0], PIXELS]
    }

    fn encoder(&self) -> [usize; 4] {
        [PIXELS, self.hidden[0], self.hidden[1], self.encoding]
    }

    /// Two per multiply-add: forward, weight gradients, and input gradients
    /// where one is needed (not for the images, nor for the detached halves).
    pub fn flops_per_step(&self, batch: usize) -> f64 {
        let products = |sizes: [usize; 4]| [0, 1, 2].map(|i| sizes[i] * sizes[i + 1]);
        let sum = |products: &[usize]| products.iter().sum::<usize>();
        let encoder = products(self.encoder());
        let decoder = products(self.decoder_from(self.encoding));
        let certificate = products(self.decoder_from(self.encoding / 2));
        let forward = sum(&encoder) + sum(&decoder) + 2 * sum(&certificate);
        let inputs = sum(&encoder[1..]) + sum(&decoder) + 2 * sum(&certificate[1..]);
        (2 * batch * (2 * forward + inputs)) as f64
    }
}

/// The loss terms of one batch, all scalars.
pub struct Losses {
    /// The sum of the others.
    pub total: Tensor,
    decoder: Tensor,
    top: Tensor,
    bottom: Tensor,
    l1: Tensor,
}

impl Losses {
    /// The numbers, under the names that every framework's line uses.
    pub fn values(&self) -> Result<Value> {
        let value = |t: &Tensor| t.to_scalar::<f32>();
        Ok(json!({
            "total": value(&self.total)?,
            "decoder": value(&self.decoder)?,
            "top": value(&self.top)?,
            "bottom": value(&self.bottom)?,
            "l1": value(&self.l1)?,
        }))
    }
}

/// Linear layers with a ReLU between each two.
struct Mlp(Vec<Linear>);

impl Mlp {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (last, hidden) = self.0.split_last().context("an MLP needs a layer")?;
        let mut x = x.clone();
        for layer in hidden {
            x = layer.forward(&x)?.relu()?;
        }
        Ok(last.forward(&x)?)
    }
}

/// Encoder, decoder, and a decoder for each half alone.
pub struct Seed {
    half: usize,
    encoder: Mlp,
    decoder: Mlp,
    top_certificate: Mlp,
    bottom_certificate: Mlp,
    parameters: Vec<(String, Var)>,
}

impl Seed {
    /// PyTorch's default: weights and biases uniform in +-1/sqrt(fan_in).
    pub fn random(sizes: &Sizes, device: &Device) -> Result<Self> {
        Self::build(sizes, |_, shape, fan_in| {
            let bound = 1. / (fan_in as f32).sqrt();
            Ok(Var::rand(-bound, bound, shape, device)?)
        })
    }

    /// The weights of a safetensors file with the names of the replication's `state_dict`.
    pub fn load(sizes: &Sizes, file: &Path, device: &Device) -> Result<Self> {
        let tensors = candle_core::safetensors::load(file, device)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let model = Self::build(sizes, |name, shape, _| {
            let tensor = tensors
                .get(name)
                .with_context(|| format!("{} holds no {name}", file.display()))?;
            ensure!(
                tensor.dims() == shape,
                "{}: {name} has shape {:?}, expected {shape:?}",
                file.display(),
                tensor.dims()
            );
            Ok(Var::from_tensor(&tensor.to_dtype(DType::F32)?)?)
        })?;
        ensure!(
            tensors.len() == model.parameters.len(),
            "{} holds {} tensors, the model has {}",
            file.display(),
            tensors.len(),
            model.parameters.len()
        );
        Ok(model)
    }

    /// Writes the parameters as safetensors.
    pub fn save(&self, file: &Path) -> Result<()> {
        let named = self
            .parameters
            .iter()
            .map(|(name, var)| (name.clone(), var.as_tensor().clone()));
        let tensors: HashMap<String, Tensor> = named.collect();
        Ok(candle_core::safetensors::save(&tensors, file)?)
    }

    /// `new(name, shape, fan_in)` gives each parameter.
    fn build(
        sizes: &Sizes,
        mut new: impl FnMut(&str, &[usize], usize) -> Result<Var>,
    ) -> Result<Self> {
        let half = sizes.encoding / 2;
        let mut parameters = Vec::new();
        let mut mlp = |part: &str, widths: [usize; 4], last_bias: bool| -> Result<Mlp> {
            let mut layers = Vec::new();
            for i in 0..3 {
                let (inputs, outputs) = (widths[i], widths[i + 1]);
                let mut parameter = |kind: &str, shape: &[usize]| -> Result<Tensor> {
                    // The odd indices are the ReLUs of PyTorch's nn.Sequential.
                    let name = format!("{part}.{}.{kind}", 2 * i);
                    let var = new(&name, shape, inputs)?;
                    let tensor = var.as_tensor().clone();
                    parameters.push((name, var));
                    Ok(tensor)
                };
                let weight = parameter("weight", &[outputs, inputs])?;
                let bias = match i < 2 || last_bias {
                    true => Some(parameter("bias", &[outputs])?),
                    false => None,
                };
                layers.push(Linear::new(weight, bias));
            }
            Ok(Mlp(layers))
        };
        Ok(Self {
            half,
            encoder: mlp("encoder", sizes.encoder(), false)?,
            decoder: mlp("decoder", sizes.decoder_from(sizes.encoding), true)?,
            top_certificate: mlp("top_certificate", sizes.decoder_from(half), true)?,
            bottom_certificate: mlp("bottom_certificate", sizes.decoder_from(half), true)?,
            parameters,
        })
    }

    /// All parameters with their names.
    pub fn parameters(&self) -> &[(String, Var)] {
        &self.parameters
    }

    /// The losses of a batch: `x` [n, 784] in [-1, 1], `labels` [n].
    pub fn losses(&self, x: &Tensor, labels: &[u8]) -> Result<Losses> {
        let z = self.encoder.forward(x)?;
        let apart = z.detach();
        let mask = self.mask(labels, x.device())?;
        let blocked = (apart.clone() * mask.affine(-1., 1.)?)?;
        let routed = ((&z * &mask)? + blocked)?;
        let top_half = apart
            .narrow(D::Minus1, self.half, self.half)?
            .contiguous()?;
        let bottom_half = apart.narrow(D::Minus1, 0, self.half)?.contiguous()?;

        let error = |part: &Mlp, code: &Tensor| -> Result<Tensor> {
            Ok((part.forward(code)? - x)?.abs()?.mean_all()?)
        };
        let decoder = error(&self.decoder, &routed)?;
        let top = error(&self.top_certificate, &top_half)?;
        let bottom = error(&self.bottom_certificate, &bottom_half)?;
        // Every batch is a full one, so the seed's constant 2048 is its size too.
        let l1 = (z.abs()?.sum_all()? * (L1 / labels.len() as f64))?;
        let total = (((&decoder + &top)? + &bottom)? + &l1)?;
        Ok(Losses {
            total,
            decoder,
            top,
            bottom,
            l1,
        })
    }

    /// [n, encoding]: 1 on the half that a sample's digit is assigned, else 0.
    fn mask(&self, labels: &[u8], device: &Device) -> Result<Tensor> {
        let (ones, zeros) = (vec![1f32; self.half], vec![0f32; self.half]);
        let mask: Vec<f32> = labels
            .iter()
            .flat_map(|&digit| match digit <= 4 {
                true => [&ones, &zeros],
                false => [&zeros, &ones],
            })
            .flatten()
            .copied()
            .collect();
        Ok(Tensor::from_vec(
            mask,
            (labels.len(), 2 * self.half),
            device,
        )?)
    }
}
