//! Reading parameters from a file. What a header claims is checked before memory is taken for it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use gradroute_kernels::Real;
use safetensors::Dtype;
use safetensors::tensor::Metadata;

use super::error::WeightsError;
use super::numbers;
use crate::params::{ParamId, Params};

/// The longest header that is read, in bytes: that of the safetensors library.
const MAX_HEADER: u64 = 100_000_000;

/// Numbers converted from bytes at a time.
const CHUNK: usize = 1 << 14;

impl<T: Real> Params<T> {
    /// Replaces all values by those of a file that [`Params::save`] or PyTorch (as
    /// `safetensors.torch.save_file`) wrote. The file must hold these parameters and no others, by
    /// name and shape, in any order.
    ///
    /// F32 loads into `Params<f32>` and, as the same numbers, into `Params<f64>`; F64 loads into
    /// `Params<f64>`. To round a file of F64, load it there and [`Params::cast`].
    ///
    /// What is [frozen](Params::freeze) stays frozen. An optimizer's moments are not in the file:
    /// see [`Params::save`]. Beside the header, memory is taken for the parameters alone, whatever
    /// sizes the header claims.
    ///
    /// # Errors
    /// If the file can't be read, is malformed, lacks a parameter, holds a tensor that is no
    /// parameter, or one of another shape or type. Then no value was changed.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), WeightsError> {
        let path = path.as_ref();
        let mut file = File::open(path).map_err(WeightsError::of("open", path))?;
        let length = file.metadata().map_err(WeightsError::of("look at", path))?.len();
        let header = read_header(path, &mut file, length)?;
        let tensors = match_up(self, path, &header)?;
        // Apart, so that a failure in the middle changes nothing.
        let mut values = vec![T::ZERO; self.flat().len()];
        let mut bytes = Vec::new();
        for (id, dtype) in tensors {
            for chunk in values[self.range(id)].chunks_mut(CHUNK) {
                bytes.resize(chunk.len() * dtype.bitsize() / 8, 0);
                file.read_exact(&mut bytes).map_err(WeightsError::of("read", path))?;
                match dtype {
                    Dtype::F32 => numbers::decode_f32(&bytes, chunk),
                    _ => numbers::decode_f64(&bytes, chunk),
                }
            }
        }
        self.flat_mut().copy_from_slice(&values);
        Ok(())
    }
}

/// Reads all that stands before the tensors of a file of `length` bytes.
fn read_header(path: &Path, file: &mut File, length: u64) -> Result<Metadata, WeightsError> {
    let malformed = |field, found: String, expected: String| WeightsError::Malformed {
        file: path.to_owned(),
        field,
        found,
        expected,
    };
    let mut size = [0; 8];
    let Some(rest) = length.checked_sub(size.len() as u64) else {
        return Err(malformed("the file", format!("{length} bytes long"), "at least 8".into()));
    };
    file.read_exact(&mut size).map_err(WeightsError::of("read", path))?;
    let (size, most) = (u64::from_le_bytes(size), rest.min(MAX_HEADER));
    if size > most {
        let field = "the header's length";
        return Err(malformed(field, format!("{size} bytes"), format!("at most {most}")));
    }
    let mut text = vec![0; size as usize];
    file.read_exact(&mut text).map_err(WeightsError::of("read", path))?;
    // This refuses gaps, overlaps, and places that don't fit type and shape.
    let header: Metadata = serde_json::from_slice(&text).map_err(|error| {
        let expected = "a JSON object of tensors that lie one after the other";
        malformed("the header", format!("not valid ({error})"), expected.into())
    })?;
    let end = header.data_len() as u64;
    if rest - size != end {
        let found = format!("{} bytes long", rest - size);
        return Err(malformed("the part behind the header", found, format!("{end} by the header")));
    }
    Ok(header)
}

/// The parameters in the order of the file, and the type that each has there.
fn match_up<T: Real>(
    params: &Params<T>,
    path: &Path,
    header: &Metadata,
) -> Result<Vec<(ParamId, Dtype)>, WeightsError> {
    let (mut missing, mut misshaped) = (Vec::new(), Vec::new());
    for id in params.ids() {
        let (name, shape) = (params.name(id), params.shape(id));
        match header.info(name) {
            None => missing.push(name.to_owned()),
            Some(tensor) if tensor.shape != shape.dims() => {
                misshaped.push(format!("{name} is {:?} instead of {shape}", tensor.shape));
            }
            Some(_) => {}
        }
    }
    let names = header.offset_keys();
    let is_param = |name: &String| params.id(name).is_some();
    let unexpected: Vec<String> = names.iter().filter(|name| !is_param(name)).cloned().collect();
    if !(missing.is_empty() && unexpected.is_empty() && misshaped.is_empty()) {
        let file = path.to_owned();
        return Err(WeightsError::Mismatch { file, missing, unexpected, misshaped });
    }
    let tensors = names.into_iter().map(|name| {
        let id = params.id(&name).expect("no name is unexpected");
        let dtype = header.info(&name).expect("the name is the header's").dtype;
        match advice::<T>(dtype) {
            None => Ok((id, dtype)),
            Some((expected, advice)) => {
                let (file, found) = (path.to_owned(), dtype.to_string());
                Err(WeightsError::Dtype { file, tensor: name, found, expected, advice })
            }
        }
    });
    tensors.collect()
}

/// What is expected and what to do if numbers of this type can't be taken exactly.
fn advice<T: Real>(found: Dtype) -> Option<(&'static str, &'static str)> {
    match (found, numbers::dtype::<T>()) {
        (Dtype::F32, _) | (Dtype::F64, Dtype::F64) => None,
        (Dtype::F64, _) => Some((
            "F32",
            "load the file into `Params::<f64>` (`params.cast()` makes them), and round with `cast`",
        )),
        (_, Dtype::F64) => Some(("F32 or F64", FLOAT)),
        _ => Some(("F32", FLOAT)),
    }
}

const FLOAT: &str = "convert it before saving (in PyTorch: `tensor.float()`)";
