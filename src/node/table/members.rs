//! How many are in a group, and which messages are for them: those that got their number after each
//! joined.

/// A group whose members have joined before certain numbers.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Those who had joined before all that is still to come.
    settled: u32,
    /// Number and how many joined before it and after the one before.
    recent: Vec<(u32, u32)>,
}

impl Members {
    /// One joins; `next` is the first number that is for it.
    pub fn join(&mut self, next: u32) {
        let place = self.recent.partition_point(|&(number, _)| number < next);
        match self.recent.get_mut(place) {
            Some((number, count)) if *number == next => *count += 1,
            _ => self.recent.insert(place, (next, 1)),
        }
    }

    /// One leaves who joined before `next`.
    pub fn leave(&mut self, next: u32) {
        match self.recent.iter().position(|&(number, _)| number == next) {
            Some(place) => {
                self.recent[place].1 -= 1;
                if self.recent[place].1 == 0 {
                    self.recent.remove(place);
                }
            }
            None => self.settled -= 1,
        }
    }

    /// One leaves, whoever it is.
    pub fn leave_any(&mut self) {
        match self.recent.last().copied() {
            Some((number, _)) => self.leave(number),
            None => self.settled -= 1,
        }
    }

    /// For how many a message is. Numbers do not fall from call to call.
    pub fn at(&mut self, number: u32) -> u32 {
        let joined = self.recent.iter().take_while(|(next, _)| *next <= number).count();
        self.settled += self.recent.drain(..joined).map(|(_, count)| count).sum::<u32>();
        self.settled
    }

    /// How many are in it.
    pub fn count(&self) -> u32 {
        self.settled + self.recent.iter().map(|(_, count)| count).sum::<u32>()
    }

    /// Whether anybody is in it.
    pub fn some(&self) -> bool {
        self.settled > 0 || !self.recent.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_for_those_who_were_there_when_it_got_its_number() {
        let mut members = Members::default();
        [5, 3, 3].into_iter().for_each(|next| members.join(next));
        assert_eq!(members.at(2), 0);
        assert_eq!(members.at(4), 2);
        members.leave(3);
        members.leave(5);
        assert_eq!((members.at(7), members.some()), (1, true));
        members.leave_any();
        assert!(!members.some());
    }
}
