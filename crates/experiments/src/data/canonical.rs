//! The hashes by which MNIST's files are known.

use super::Role;

/// SHA-256 of the uncompressed file of Y. LeCun, C. Cortes and C. Burges, "The
/// MNIST database of handwritten digits".
pub(super) fn mnist_sha256(role: Role) -> &'static str {
    match role {
        Role::TrainImages => "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        Role::TrainLabels => "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        Role::TestImages => "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        Role::TestLabels => "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    }
}
