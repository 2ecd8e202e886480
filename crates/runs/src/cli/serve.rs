//! `serve`.

use std::sync::Arc;

use anyhow::{Context, anyhow};

use super::catalogue::Entry;
use super::failure::Failure;
use super::print::print;
use super::serve_arguments::Serve;
use super::served::Served;
use crate::console::say;
use crate::program::Program;
use crate::serve::Server;

pub(super) fn run(
    program: &Program,
    entries: &'static [Entry],
    asked: &Serve,
) -> Result<(), Failure> {
    let Serve { path, port, no_open } = asked;
    if !path.is_dir() {
        return Err(Failure::usage(anyhow!(
            "{}: there is no such folder; expected a run, or a folder with runs",
            path.display()
        )));
    }
    let failed = || match port {
        0 => "no port of 127.0.0.1 can be listened on".to_owned(),
        port => format!("port {port} of 127.0.0.1 can't be listened on; --port 0 takes a free one"),
    };
    let experiments = Arc::new(Served { program: *program, entries });
    let server = Server::listen(path.clone(), experiments, *port)
        .with_context(failed)
        .map_err(Failure::usage)?;
    let address = server.address().context("the server's address can't be told")?;
    // A script waits for this line.
    print(&format!("{address}\n"))?;
    if !no_open && let Err(error) = open::that_detached(&address) {
        say!("note: no browser could be opened ({error}); open {address} in one");
    }
    server.run().context("the server can't go on")?;
    Ok(())
}
