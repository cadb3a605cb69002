//! What the data files held when they were written: the manifest has a hash of each, so that what
//! has been cut short or changed since is no result.
use super::{
    ABSENCES, COST, File, GROWTH, HISTOGRAM, LAG_CELLS, LEDGER, MANIFEST, METRICS, NAPKIN, Open,
    PHASES, POINTS, SERIES, SUMMARY, Unreadable,
    read::{malformed, parsed},
};
use crate::seal;
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::BTreeMap;

/// The files that a manifest can speak of.
const KNOWN: [&str; 12] = [
    SUMMARY, METRICS, SERIES, HISTOGRAM, LAG_CELLS, LEDGER, ABSENCES, POINTS, PHASES, COST, GROWTH,
    NAPKIN,
];

/// The SHA-256 of each file, in hexadecimal as `sha256sum` prints it, by its name.
pub(super) type Contents = BTreeMap<String, String>;

/// What these files hold.
pub(super) fn of(files: &[File]) -> Contents {
    files.iter().map(|file| (file.name.clone(), seal::hash(&file.bytes))).collect()
}

/// What a document says of itself.
#[derive(Deserialize)]
struct Sealed {
    seal: String,
}

/// Reads a document that is as it was written.
pub(super) fn sealed<T: DeserializeOwned>(open: Open, name: &'static str) -> Result<T, Unreadable> {
    let bytes = open(name).map_err(|error| Unreadable::Missing { name, error })?;
    let document: T = parsed(&bytes, name)?;
    let Sealed { seal } = parsed(&bytes, name)?;
    if seal::holds(&bytes, &seal) { Ok(document) } else { Err(malformed(name, CHANGED)) }
}

/// What is wrong with a file that was changed.
const CHANGED: &str = "it is not as it was written: put it back, or run the experiment again";

/// Whether the files are as they were when the manifest was written.
pub(super) fn check(open: Open, contents: &Contents) -> Result<(), Unreadable> {
    for (name, written) in contents {
        let Some(name) = KNOWN.into_iter().find(|known| known == name) else {
            let why = format!("it has the contents of `{name}`, which is no result file");
            return Err(malformed(MANIFEST, &why));
        };
        let bytes = open(name).map_err(|error| Unreadable::Missing { name, error })?;
        if seal::hash(&bytes) != *written {
            return Err(malformed(name, CHANGED));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_shorter_or_gone_is_found() {
        let file = |name: &str, text: &str| File {
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        let contents = of(&[file(METRICS, "a,b\n1,2\n"), file(LEDGER, "a\n")]);
        let why = |metrics: &'static str, contents: &Contents| {
            let open = move |name: &str| match name {
                METRICS => Ok(metrics.as_bytes().to_vec()),
                LEDGER => Ok(b"a\n".to_vec()),
                _ => Err(std::io::ErrorKind::NotFound.into()),
            };
            check(&open, contents).map_err(|error| error.to_string())
        };
        assert_eq!(why("a,b\n1,2\n", &contents), Ok(()));
        for cut in ["a,b\n", "", "a,b\n1,3\n"] {
            let told = why(cut, &contents).unwrap_err();
            assert!(told.starts_with("summary.csv: it is not as it was written"), "{told}");
        }
        let mut more = contents;
        more.insert(SERIES.to_owned(), String::new());
        assert!(why("a,b\n1,2\n", &more).unwrap_err().starts_with("series.csv: "));
        more.remove(SERIES);
        more.insert("x.csv".to_owned(), String::new());
        let told = why("a,b\n1,2\n", &more).unwrap_err();
        assert!(told.contains("`x.csv`, which is no result file"), "{told}");
    }
}
