//! Documents that know what they were: the last field has the SHA-256 of the whole, taken while it
//! was empty. What has been changed by hand since, or cut short, is found.
use sha2::{Digest, Sha256};

/// The field, as compact and as indented JSON has it while it is empty.
const EMPTY: [&[u8]; 2] = [b"\"seal\":\"\"", b"\"seal\": \"\""];

/// The SHA-256 of some bytes in hexadecimal, as `sha256sum` prints it.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Puts the hash of a document into its last field, `"seal"`, which is empty.
pub(crate) fn close(mut document: Vec<u8>) -> Vec<u8> {
    let own = hash(&document);
    let last = |empty: &[u8]| {
        let place = document.windows(empty.len()).rposition(|part| part == empty);
        place.map(|place| place + empty.len() - 1)
    };
    let end = EMPTY.into_iter().filter_map(last).max().expect("a document ends with its seal");
    document.splice(end..end, own.into_bytes());
    document
}

/// Whether a document is as it was written; `seal`: what it says itself.
pub(crate) fn holds(document: &[u8], seal: &str) -> bool {
    let text = String::from_utf8_lossy(document);
    text.rfind(seal).filter(|_| !seal.is_empty()).is_some_and(|place| {
        let open = [&text[..place], &text[place + seal.len()..]].concat();
        hash(open.as_bytes()) == seal
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_document_knows_itself() {
        let document = json!({ "seed": 1, "note": "\"seal\": \"\"", "seal": "" });
        for bytes in [document.to_string(), serde_json::to_string_pretty(&document).unwrap()] {
            let bytes = close(bytes.into_bytes());
            let read = |bytes: &[u8]| {
                let document: Value = serde_json::from_slice(bytes).unwrap();
                holds(bytes, document["seal"].as_str().unwrap_or_default())
            };
            assert!(read(&bytes));
            let text = String::from_utf8(bytes).unwrap();
            for (from, to) in [("1", "2"), ("seal\":", "seal\": "), ("{", "{ ")] {
                assert!(!read(text.replacen(from, to, 1).as_bytes()), "{from}");
            }
        }
        assert!(!holds(b"{}", ""));
    }
}
