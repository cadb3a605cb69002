//! To which topic of a feed each user subscribes.
use crate::engine::number;

/// To which topic each user subscribes.
#[derive(Clone, PartialEq, Debug)]
pub enum Topics {
    /// There is one.
    One,
    /// Users side by side share one: so many each; the last has those who are left over.
    Rooms(u32),
    /// The topic of each user, below so many.
    Drawn(u32, Vec<u32>),
}

impl Topics {
    /// How many there are for so many users.
    pub fn count(&self, users: u32) -> u32 {
        match self {
            Self::One => 1,
            Self::Rooms(size) => (users / size).max(1),
            Self::Drawn(many, _) => *many,
        }
    }

    /// The topic of the user at this place of its crowd of so many.
    pub fn of(&self, place: u32, users: u32) -> u32 {
        match self {
            Self::One => 0,
            Self::Rooms(size) => (place / size).min(self.count(users) - 1),
            Self::Drawn(_, topics) => topics[number::index(place)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_user_has_a_topic() {
        let rooms = Topics::Rooms(3);
        assert_eq!(rooms.count(8), 2);
        let of: Vec<u32> = (0..8).map(|place| rooms.of(place, 8)).collect();
        assert_eq!(of, [0, 0, 0, 1, 1, 1, 1, 1]);
        assert_eq!((Topics::One.count(8), Topics::One.of(7, 8)), (1, 0));
        let drawn = Topics::Drawn(5, vec![4, 0]);
        assert_eq!((drawn.count(2), drawn.of(0, 2)), (5, 4));
    }
}
