//! Every step of the benchmark still does what it says, at a size that takes seconds. No time is asserted.

use std::process::Command;

#[test]
fn every_step_moves_all_its_records() {
    let ran = Command::new(env!("CARGO_BIN_EXE_linli-benches")).arg("--smoke").status();
    assert!(ran.is_ok_and(|status| status.success()), "what went wrong stands above");
}
