//! Tabs whose streams share one connection, on a napkin beside runs of it.
use super::command::{both, shows};
use serde_json::Value as Json;

fn value(document: &Json, quantity: &str) -> f64 {
    let lines = document["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["quantity"] == quantity);
    line.unwrap_or_else(|| panic!("no {quantity}: {document:#}"))["value"].as_f64().unwrap()
}

fn handshakes_of_a_connection(found: &Json) -> f64 {
    value(found, "Handshakes") / value(found, "Connections")
}

/// Over HTTP/2 the streams of a browser have one connection, one handshake and one place on the
/// bill; what ends it ends them all. Of a list of numbers the mean is 4 tabs.
#[test]
fn tabs_share_a_connection_on_a_napkin() {
    let lines = [
        "Connections",
        "Handshakes",
        "Bytes down",
        "Bytes up",
        "CPU of the gateways",
        "Peak memory a gateway",
        "Bill",
    ];
    for (transport, tabs, many, within) in [
        ("sse", "6", 6.0, 0.06),
        ("long_poll", "6", 6.0, 0.06),
        ("sse", "{ empirical: [1, 2, 9] }", 4.0, 0.1),
        ("sse", "100", 100.0, 0.25),
    ] {
        let sets = |tabs: &str| {
            format!(
                "  phones.transport: {transport}\n  phones.tabs: {tabs}\n  phones.wire.http: \
                 h2\n  phones.network.lifetime: {{ exponential: {{ mean: 60s }} }}\n  \
                 phones.network.silent_drops: 0%\n  gateways.memory.limit: 1GB\n"
            )
        };
        let (two, run) = both(&sets(tabs));
        // Of held requests a connection that ends takes one along, which the napkin leaves out.
        let of_all = |line: &&str| transport == "sse" || !line.starts_with("Bytes");
        for line in lines.into_iter().filter(of_all) {
            shows(&run, line, within);
        }
        shows(&run, "Tabs that wait", 0.0);
        let each = handshakes_of_a_connection(&two) * many;
        let alone = handshakes_of_a_connection(&both(&sets("1")).0);
        assert!((each / alone - 1.0).abs() < 0.02, "{transport} {tabs}: {each}, {alone}");
    }
}

/// Who comes while another tab is there takes its connection, and opens none.
#[test]
fn who_comes_finds_another_tab_on_a_napkin() {
    let sets = "  phones.transport: sse\n  phones.tabs: 2\n  phones.wire.http: h2\n  \
                phones.network.lifetime: never\n  phones.visits: { stay: \
                { exponential: { mean: 30s } }, away: { exponential: { mean: 30s } } }\n";
    let (_, run) = both(sets);
    for line in ["Connections", "Handshakes", "Bytes down"] {
        shows(&run, line, 0.1);
    }
}
