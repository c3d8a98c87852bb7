//! Front ends that listen to a run. A slow one loses streamed words first and never holds up the run.

use crate::domain::command::Update;
use tokio::sync::mpsc;

/// Room for updates a front end has not taken yet; streamed text is dropped for it when half full.
pub const QUEUE: usize = 1024;

struct Subscriber {
    queue: mpsc::Sender<Update>,
    /// Something was dropped: the next thing it gets is a whole snapshot.
    behind: bool,
    /// Waits rather than drops: a pipe that must see every event.
    lossless: bool,
}

#[derive(Default)]
pub struct Subscribers(Vec<Subscriber>);

impl Subscribers {
    pub fn add(&mut self, lossless: bool) -> mpsc::Receiver<Update> {
        let (queue, updates) = mpsc::channel(QUEUE);
        self.0.push(Subscriber { queue, behind: false, lossless });
        updates
    }

    /// Gives `update` to everyone; those who have gone are forgotten.
    pub async fn send(&mut self, update: Update) {
        let mut gone = Vec::new();
        for (index, subscriber) in self.0.iter_mut().enumerate() {
            if subscriber.queue.is_closed() {
                gone.push(index);
                continue;
            }
            if subscriber.lossless {
                if subscriber.queue.send(update.clone()).await.is_err() {
                    gone.push(index);
                }
                continue;
            }
            let streamed = matches!(update, Update::Delta { .. } | Update::Progress { .. });
            if streamed && subscriber.queue.capacity() < QUEUE / 2 {
                continue;
            }
            let whole = matches!(update, Update::Run(_));
            if subscriber.queue.try_send(update.clone()).is_err() {
                subscriber.behind = true;
            } else if whole {
                subscriber.behind = false;
            }
        }
        for index in gone.into_iter().rev() {
            self.0.swap_remove(index);
        }
    }

    /// True when somebody missed something and wants a snapshot.
    pub fn behind(&self) -> bool {
        self.0.iter().any(|s| s.behind && s.queue.capacity() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Clean;

    fn notice(n: usize) -> Update {
        Update::Notice { error: false, text: Clean::from(n.to_string()) }
    }

    #[tokio::test]
    async fn a_front_end_that_does_not_read_is_marked_behind_and_blocks_nobody() {
        let mut all = Subscribers::default();
        let _stuck = all.add(false);
        for n in 0..QUEUE + 5 {
            all.send(notice(n)).await;
        }
        assert_eq!(all.0.len(), 1);
        assert!(all.0[0].behind);
    }

    #[tokio::test]
    async fn a_front_end_that_left_is_forgotten() {
        let mut all = Subscribers::default();
        drop(all.add(true));
        drop(all.add(false));
        all.send(notice(1)).await;
        assert!(all.0.is_empty());
    }
}
