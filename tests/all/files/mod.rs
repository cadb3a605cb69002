//! The loader from outside: good files, wrong files, and what is printed loads again.
mod bad;
mod command;
mod composition;
mod docs;
mod explain;
mod garbage;
mod good;
mod help;
mod idle;
mod init;
mod managed;
mod objectives;
mod origins;
mod prices;
mod round_trip;
mod schema;
mod sources;

use squall::{
    scenario::{self, Loaded},
    spec::Diagnostics,
};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The experiment of the design, under the name that its model's path asks for.
const DEPLOY: &str = "experiments/rolling-deploy.yaml";

/// Files that are not on the disk.
#[derive(Clone, Default)]
struct Files(BTreeMap<PathBuf, Vec<u8>>);

impl Files {
    /// The experiment of the design.
    fn design() -> Self {
        Self::default().with(DEPLOY, include_str!("rolling-deploy.yaml"))
    }

    fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(squall::spec::input::tidy(Path::new(path)), text.as_bytes().to_vec());
        self
    }

    /// These files, and those of the disk beside them.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.0.get(&squall::spec::input::tidy(path)) {
            Some(bytes) => Ok(bytes.clone()),
            None => fs::read(path),
        }
    }

    fn load(&self, path: &str, sets: &[&str]) -> Result<Loaded, Diagnostics> {
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        scenario::load(Path::new(path), &sets, &|path| self.read(path))
    }

    /// Loads what must load.
    fn good(&self, path: &str, sets: &[&str]) -> Loaded {
        match self.load(path, sets) {
            Ok(loaded) => loaded,
            Err(wrong) => panic!("{path} does not load:\n{wrong}"),
        }
    }
}

/// The kinds of what was found, in order.
fn codes(found: &Diagnostics) -> Vec<&'static str> {
    found.list.iter().map(|found| found.code).collect()
}
