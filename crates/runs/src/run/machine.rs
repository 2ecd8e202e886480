//! What a run ran on, for its manifest.

#[cfg(target_os = "linux")]
use std::fs;

/// The processor's name as the system gives it, or its architecture.
pub(super) fn cpu() -> String {
    named_by_system().unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

#[cfg(target_os = "linux")]
fn named_by_system() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned()).filter(|name| !name.is_empty())
}

#[cfg(target_os = "macos")]
fn named_by_system() -> Option<String> {
    let output = std::process::Command::new("sysctl")
        .args(["-n", "machdep.cpu.brand_string"])
        .output()
        .ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!name.is_empty()).then_some(name)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn named_by_system() -> Option<String> {
    std::env::var("PROCESSOR_IDENTIFIER").ok()
}
