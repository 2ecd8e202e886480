//! Writing parameters to a file.

use std::borrow::Cow;
use std::path::Path;

use gradroute_kernels::Real;
use safetensors::{Dtype, View};

use super::error::WeightsError;
use super::numbers;
use super::replace::replace;
use crate::params::Params;
use crate::shape::Shape;

/// What a header's free metadata is named, where a tensor's name could stand.
const METADATA: &str = "__metadata__";

/// One parameter.
struct Tensor<'p, T> {
    shape: Shape,
    values: &'p [T],
}

impl<T: Real> View for Tensor<'_, T> {
    fn dtype(&self) -> Dtype {
        numbers::dtype::<T>()
    }

    fn shape(&self) -> &[usize] {
        self.shape.dims()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        numbers::encode(self.values).into()
    }

    fn data_len(&self) -> usize {
        size_of_val(self.values)
    }
}

impl<T: Real> Params<T> {
    /// Writes names, shapes and values to a file in the [safetensors] format, which PyTorch loads
    /// with `safetensors.torch.load_file`: as F32 from `Params<f32>`, as F64 from `Params<f64>`,
    /// every bit as it is. A file that is there is replaced.
    ///
    /// The file is written beside `path`, flushed to the disk and then renamed, so there is never
    /// half a file at `path`. If that fails, what was there stays; only a process that is killed
    /// meanwhile leaves a `.weights-*.tmp` behind.
    ///
    /// This is for using a trained model. To go on with a run it is not enough, as an optimizer's
    /// moments are not in it; the crate `gradroute-runs` saves and resumes runs exactly.
    ///
    /// ```
    /// use gradroute_tape::Params;
    /// use gradroute_tape::layers::Mlp;
    ///
    /// fn model(seed: u64) -> (Params<f32>, Mlp) {
    ///     let mut params = Params::new();
    ///     let mlp = Mlp::new(&mut params, "mlp", &[4, 8, 2], true, seed);
    ///     (params, mlp)
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("model.safetensors");
    /// let (trained, _) = model(1);
    /// trained.save(&path)?;
    ///
    /// let (mut params, _) = model(2);
    /// params.load(&path)?;
    /// assert_eq!(params.flat(), trained.flat());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [safetensors]: https://huggingface.co/docs/safetensors
    ///
    /// # Errors
    /// If the file can't be written.
    ///
    /// # Panics
    /// If a parameter is named `__metadata__`, which means something else in the format, or if the
    /// names take more than the 100 MB that readers of the format take.
    #[track_caller]
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), WeightsError> {
        assert!(
            self.id(METADATA).is_none(),
            "save: a parameter named `{METADATA}` can't be saved, as that name means something \
             else in a safetensors file; name it otherwise"
        );
        let tensors = self
            .ids()
            .map(|id| (self.name(id), Tensor { shape: self.shape(id), values: self.get(id) }));
        match safetensors::serialize(tensors, None) {
            Ok(bytes) => replace(path.as_ref(), &bytes),
            Err(error) => panic!("save: these parameters fit into no safetensors file: {error}"),
        }
    }
}
