//! "Did you mean": the nearest of the names that would be right.

/// How many names a message lists.
const LISTED: usize = 14;

/// The nearest of `names`, if it is near enough to be a slip of the keys.
pub fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let wrong = fold(wrong);
    let most = (wrong.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&wrong, &fold(name)), name))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Spelling differences that cost nothing.
fn fold(name: &str) -> String {
    let head: String = name.chars().take(64).collect();
    head.to_ascii_lowercase().replace(['-', ' '], "_")
}

/// Names as a message lists them: "a, b, c, and 3 more".
pub fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let text = names.join(", ");
    if more > 0 { format!("{text}, and {more} more") } else { text }
}

/// "did you mean `x`? `things` here: a, b, c", or the list alone.
pub fn help<'n>(
    wrong: &str,
    names: impl IntoIterator<Item = &'n str> + Clone,
    things: &str,
) -> String {
    let here = format!("{things}: {}", listed(names.clone()));
    match nearest(wrong, names) {
        Some(name) => format!("did you mean `{name}`? {here}"),
        None => here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_wins() {
        let keys = ["window", "grace", "count"];
        assert_eq!(nearest("windw", keys), Some("window"));
        assert_eq!(nearest("wnidow", keys), Some("window"));
        assert_eq!(nearest("Window", keys), Some("window"));
        assert_eq!(nearest("max-connections", ["max_connections"]), Some("max_connections"));
        assert_eq!(nearest("latency", keys), None);
        assert_eq!(nearest("", keys), None);
    }

    #[test]
    fn lists_end() {
        let many = ["k"; 20];
        assert!(listed(many).ends_with("k, and 6 more"));
    }
}
