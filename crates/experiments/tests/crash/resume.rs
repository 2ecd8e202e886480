//! Why an autoencoder's run can't be made longer.

use crate::program::{refused, succeed};
use crate::run::{Place, resume};

#[test]
fn a_run_whose_settings_lead_to_its_planned_end_is_not_made_longer() {
    let place = Place::new();
    for (name, settings, named) in [
        ("linear", &["optimizer.schedule=linear"][..], "schedule = \"linear\""),
        (
            "scheduled",
            &["routing.fraction=0.5", "routing.scheduled=true"],
            "routing.scheduled = true",
        ),
        ("limited", &["train.steps=5"], "train.steps = 5 ends the run"),
    ] {
        let run = place.path(name);
        let more: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
        succeed(&mut place.train(&run, &more));
        refused(&mut resume(&run, &["--epochs", "5"]), 2, &["--epochs 5", named]);
    }
}
