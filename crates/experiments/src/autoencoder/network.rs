//! The autoencoder and its two certificates.

use gradroute_tape::layers::Mlp;
use gradroute_tape::ops::Input;
use gradroute_tape::{Graph, Params, Real, Var};

use super::config;

/// How pixels in `[0, 1]` become the images in `[-1, 1]` that the model sees: `2 p - 1`. The
/// first layer applies it inside its product, so that black pixels can be skipped.
const NORMALISE: Input = Input::Affine { factor: 2.0, shift: -1.0 };

/// An autoencoder whose encoding has two halves, and a *certificate* for each: a decoder that
/// sees one half alone. What a certificate can't reconstruct, its half does not hold.
///
/// Parameters are named and shaped as in the replication's PyTorch `state_dict`: `encoder.0`,
/// `encoder.2`, `encoder.4` (no bias), then `decoder`, `top_certificate` and
/// `bottom_certificate` with 0, 2 and 4. A second decoder, where there is one, comes last and is
/// called `bad_decoder`, after the term of the loss that it serves.
#[derive(Clone, Debug)]
pub struct Network {
    encoder: Mlp,
    decoder: Mlp,
    bad_decoder: Option<Mlp>,
    top: Mlp,
    bottom: Mlp,
    encoding: usize,
}

/// The reconstructions of a batch, each `[n, pixels]`.
#[derive(Clone, Copy, Debug)]
pub struct Reconstructions {
    /// Of the decoder, which sees the whole encoding.
    pub decoder: Var,
    /// Of the second decoder, which the term `bad` trains, where there is one.
    pub bad_decoder: Option<Var>,
    /// Of the certificate that sees the top half, the last dims.
    pub top: Var,
    /// Of the certificate that sees the bottom half, the first dims.
    pub bottom: Var,
}

impl Network {
    /// Adds the model's parameters for images of `pixels` pixels to `params`.
    ///
    /// # Panics
    /// If a width is 0 or the encoding is odd; the configuration refuses both before.
    pub fn new<T: Real>(
        params: &mut Params<T>,
        pixels: usize,
        model: &config::Model,
        seed: u64,
    ) -> Self {
        let encoding = model.encoding;
        assert!(encoding.is_multiple_of(2), "an encoding of {encoding} dims has no two halves");
        let widths = |first: usize, last: usize, hidden: &mut dyn Iterator<Item = &usize>| {
            let mut widths = vec![first];
            widths.extend(hidden);
            widths.push(last);
            widths
        };
        let encoder = widths(pixels, encoding, &mut model.hidden.iter());
        let decoder = widths(encoding, pixels, &mut model.hidden.iter().rev());
        let certificate = widths(encoding / 2, pixels, &mut model.hidden.iter().rev());
        let mut network =
            |name, widths: &[usize], last_bias| Mlp::new(params, name, widths, last_bias, seed);
        Self {
            encoder: network("encoder", &encoder, false),
            decoder: network("decoder", &decoder, true),
            top: network("top_certificate", &certificate, true),
            bottom: network("bottom_certificate", &certificate, true),
            bad_decoder: model.separate_decoders.then(|| network("bad_decoder", &decoder, true)),
            encoding,
        }
    }

    /// Dims of the encoding.
    pub fn encoding(&self) -> usize {
        self.encoding
    }

    /// The images in `[-1, 1]` for pixels in `[0, 1]`: what reconstructions are compared with.
    /// Equals torchvision's `Normalize((0.5,), (0.5,))` bit for bit.
    #[track_caller]
    pub fn images<T: Real>(&self, g: &Graph<'_, T>, pixels: Var) -> Var {
        g.affine(pixels, 2.0, -1.0)
    }

    /// The encoding `[n, encoding]` of pixels `[n, pixels]` in `[0, 1]`.
    #[track_caller]
    pub fn encode<T: Real>(&self, g: &Graph<'_, T>, pixels: Var) -> Var {
        self.encoder.forward_with(g, pixels, NORMALISE)
    }

    /// The decoder's reconstruction from an encoding `[n, encoding]`.
    #[track_caller]
    pub fn decode<T: Real>(&self, g: &Graph<'_, T>, z: Var) -> Var {
        self.decoder.forward(g, z)
    }

    /// The reconstruction that the term `bad` of the loss looks at: of the second decoder, or of
    /// the only one.
    #[track_caller]
    pub fn decode_bad<T: Real>(&self, g: &Graph<'_, T>, z: Var) -> Var {
        self.bad_decoder.as_ref().unwrap_or(&self.decoder).forward(g, z)
    }

    /// The reconstructions of both certificates, top then bottom. They see the encoding
    /// detached: nothing they learn reaches the encoder.
    #[track_caller]
    pub fn certify<T: Real>(&self, g: &Graph<'_, T>, z: Var) -> [Var; 2] {
        let half = self.encoding / 2;
        let z = g.detach(z);
        let top = self.top.forward(g, g.slice_columns(z, half..self.encoding));
        let bottom = self.bottom.forward(g, g.slice_columns(z, 0..half));
        [top, bottom]
    }

    /// All reconstructions of pixels `[n, pixels]` in `[0, 1]`.
    #[track_caller]
    pub fn reconstruct<T: Real>(&self, g: &Graph<'_, T>, pixels: Var) -> Reconstructions {
        let z = self.encode(g, pixels);
        let decoder = self.decode(g, z);
        let bad_decoder = self.bad_decoder.as_ref().map(|decoder| decoder.forward(g, z));
        let [top, bottom] = self.certify(g, z);
        Reconstructions { decoder, bad_decoder, top, bottom }
    }
}
