package dev.holdfast.saga.test;

/// What the explorer lets happen, beside what a world of its own brings in.
public enum Fault {
    /// The participant says a business no, and says it again when it is asked again under that key.
    REFUSED("the participant refuses"),
    /// The call surely never leaves: connection refused. The saga is told so.
    NOT_SENT("the call cannot be sent"),
    /// The call is lost on the way there; no answer comes.
    REQUEST_LOST("the request is lost"),
    /// The call has its effect and the answer is lost on the way back.
    REPLY_LOST("the reply is lost"),
    /// No answer comes in time, and the call arrives at any later moment: also after the saga has undone it, and
    /// after it has ended.
    LATE("the request is delayed"),
    /// The call arrives, is answered, and arrives once more at any later moment.
    DUPLICATED("the request is duplicated"),
    /// The node stands still while it sends; another takes the saga over, and the call arrives at any later moment.
    REPLACED_WHILE_SENDING("the node freezes while it sends, and is replaced"),
    /// The node dies before a row of the log is durable; another takes the saga over.
    DIES_BEFORE_APPEND("the node dies before that is recorded"),
    /// The node dies once a row of the log is durable; another takes the saga over.
    DIES_AFTER_APPEND("the node dies right after that"),
    /// The node's clock jumps an hour ahead once a row is durable: what it waits for is over at once.
    CLOCK_AHEAD("the node's clock jumps an hour ahead right after that"),
    /// The node's clock jumps back by an hour once a row is durable: its calls come too late for whoever looks at
    /// their time, and it waits for an hour more.
    CLOCK_BACK("the node's clock jumps back by an hour right after that"),
    /// As [#DIES_AFTER_APPEND], and nobody takes the saga over for an hour.
    OUTAGE("every node dies right after that, and none comes back for an hour"),
    /// The database loses its connection during the commit, which did not happen.
    COMMIT_LOST("the database goes away during the commit, without it"),
    /// The database loses its connection during the commit, which did happen.
    COMMIT_ANSWER_LOST("the database goes away during the commit, with it"),
    /// The node stands still before it records; another takes the saga over, and the rows arrive at any later
    /// moment.
    REPLACED_BEFORE_APPEND("the node freezes before that is recorded, and is replaced"),
    /// Another node takes the saga over while this one is inside the transaction that records.
    REPLACED_DURING_APPEND("the node is replaced while it records");

    private final String story;

    Fault(String story) {
        this.story = story;
    }

    /// As stories tell it.
    String story() {
        return story;
    }

    Option option() {
        return Option.fault(name());
    }
}
