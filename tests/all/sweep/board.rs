//! What the page of a sweep tells of a design is what the page of that point alone tells.
use super::command::{good, squall, sweep};
use scraper::{Html, Selector};
use std::{fs, path::Path};
use tempfile::TempDir;

/// Two windows of a deploy, two runs each; and readers that read slowly, with two buffers.
const EXPERIMENTS: [(&str, &str, &str); 2] = [
    (
        "chat",
        "horizon: 60s\nwarm_up: 5s\nreplications: 2\n\
         set: { phones.count: 1k, gateways.count: 3 }\n\
         timeline:\n  - { at: 20s, name: deploy, deploy: { node: gateways, startup: 2s } }\n\
         slo: [ deliveries.missed == 0, deploy.duration < 1min ]\n\
         sweep:\n  axes:\n    gateways.drain.window: { values: [0s, 5s] }\n",
        "window=0s",
    ),
    (
        "feed",
        "horizon: 30s\nwarm_up: 5s\n\
         set: { readers.count: 300, gateways.count: 2, ticker.every: 100ms, ticker.to: all, \
         readers.slow: { share: 5%, drain: 1KB/s } }\n\
         sweep:\n  axes:\n    gateways.send_buffer.size: { values: [64KB, 1MB] }\n",
        "size=64KB",
    ),
];

fn page(folder: &Path) -> Html {
    Html::parse_document(&fs::read_to_string(folder.join("report.html")).unwrap())
}

fn texts(html: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    html.select(&selector).map(|found| found.text().collect()).collect()
}

#[test]
fn a_design_is_told_as_its_point_alone_is() {
    for (model, text, shown) in EXPERIMENTS {
        let temp = TempDir::new().unwrap();
        let file = temp.path().join("it.yaml");
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("models/{model}.yaml"));
        fs::write(&file, format!("model: {}\n{text}", model.display())).unwrap();
        let [all, one] = ["all", "one"].map(|name| temp.path().join(name));
        good(&sweep(&file, &all, &[]));
        let mut alone = squall();
        alone.arg("run").arg(&file).args(["--point", shown, "--output"]).arg(&one);
        alone.output().unwrap();
        let [swept, run] = [page(&all), page(&one)];
        let mut told = 0;
        for table in ["budgets", "growth", "blast", "bill", "napkin"] {
            let rows = format!("table.{table} tr");
            let (here, there) = (texts(&swept, &rows), texts(&run, &rows));
            assert_eq!(here, there, "{shown}: {table}");
            told += here.len();
        }
        assert!(told > 20, "{told} rows");
        // The picture knows no curves; what it knows is the same.
        let [here, there] = [&swept, &run].map(|page| texts(page, "#topology details tr"));
        for (here, there) in here.iter().zip(&there) {
            for fact in here.split(", ").filter(|fact| fact.contains('%')) {
                assert!(there.contains(fact), "{fact} is not in {there}");
            }
        }
        assert!(here.iter().any(|row| row.contains("CPU")), "{here:?}");
        // The same again from the files.
        let before = fs::read(all.join("report.html")).unwrap();
        good(&squall().arg("render").arg(&all).output().unwrap());
        assert_eq!(fs::read(all.join("report.html")).unwrap(), before);
    }
}
