//! Charts of many stories, for people to look at.
use super::fake::Story;
use squall::engine::Span;

/// The stories that charts must cope with.
pub(crate) fn stories() -> Vec<(&'static str, Story)> {
    let base = Story::default();
    vec![
        ("many", base.clone()),
        ("few", Story { gateways: 4, ..base.clone() }),
        ("calm", Story { losses: false, replications: 3, ..base.clone() }),
        ("nothing", Story { deploy: false, losses: false, ..base.clone() }),
        ("three-runs", Story { replications: 3, gateways: 20, users: 1e6, ..base.clone() }),
        (
            "short",
            Story {
                horizon: 24,
                users: 300.0,
                gateways: 3,
                tick: Span::from_millis(100),
                ..base.clone()
            },
        ),
        (
            "long",
            Story {
                horizon: 36_000,
                users: 5e6,
                gateways: 48,
                tick: Span::from_secs(1),
                ..base.clone()
            },
        ),
        ("huge", Story { users: 4e8, gateways: 200, ..base }),
    ]
}

/// Writes the pictures into `target/gallery`.
#[test]
#[ignore = "for people to look at"]
fn gallery() {
    let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    for (name, story) in stories() {
        for file in squall::report::charts(&story.summary(), &[]) {
            let path = target.join(name).join(&file.name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file.bytes).unwrap();
        }
    }
}
