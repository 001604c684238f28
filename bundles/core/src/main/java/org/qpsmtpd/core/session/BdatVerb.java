package org.qpsmtpd.core.session;

import org.qpsmtpd.api.answer.Action;
import org.qpsmtpd.api.answer.HookResult;
import org.qpsmtpd.api.mail.BodyType;
import org.qpsmtpd.core.message.Characters;
import org.qpsmtpd.core.message.DataDecoder;

/** The verb BDAT, RFC 3030. */
final class BdatVerb extends Reception {
    BdatVerb(Judgement judgement) {
        super(judgement);
    }

    void bdat(String argument) {
        String[] words = argument.split("[ \t]+", -1);
        boolean last = words.length == 2 && words[1].equalsIgnoreCase("LAST");
        String size = words[0];
        boolean number = size.length() <= 18 && Characters.areDigits(size);
        if (!number || (words.length == 2 && !last) || words.length > 2) {
            // Where the chunk would end is not known, so nothing after this can be trusted.
            talk.reply(Reply.of(501, "5.5.4", "BDAT takes a size and maybe LAST"));
            talk.disconnect();
            return;
        }
        arrival.setLastChunk(last);
        long octets = Long.parseLong(size);
        if (arrival.isChunking()) {
            talk.wire().receiveChunk(arrival.current(), octets);
            return;
        }
        arrival.beginChunks();
        askData(result -> firstChunk(result, octets));
    }

    private void firstChunk(HookResult result, long octets) {
        BodyType type = transactions.current().bodyType();
        boolean stops = result.action().refuses() || result.action() == Action.DONE;
        arrival.dropFor(missingEnvelope(), stops ? result : null);
        begin(DataDecoder.forChunks(type == BodyType.BINARY_MIME));
        if (arrival.isDropped()) {
            arrival.current().drop();
        } else {
            transactions.current().beginMessage();
        }
        talk.wire().receiveChunk(arrival.current(), octets);
    }

    /** The count tells where the chunk ends; answered there. */
    @Override
    public void broken(MessageInput done) {}

    @Override
    public void finished(MessageInput done) {
        if (arrival.isOf(done) && arrival.isLastChunk()) {
            done.lastChunk();
        }
        super.finished(done);
    }

    @Override
    protected void arrived(MessageInput done) {
        HookResult refusal = arrival.refusal();
        Reply fault = arrival.fault();
        if (refusal != null || fault != null) {
            boolean last = arrival.isLastChunk();
            arrival.endChunks();
            if (refusal != null && last && turn.smtp().isLmtp()) {
                refuseEach(refusal);
            } else if (refusal != null) {
                refuse(refusal);
            } else if (fault != null) {
                talk.reply(fault);
            }
        } else if (arrival.isLastChunk()) {
            arrival.endChunks();
            complete(done);
        } else {
            answerChunk(done);
        }
    }

    /** In LMTP the last chunk is answered for each recipient, whatever the answer is. */
    private void refuseEach(HookResult refusal) {
        int usual = refusal.action().isTemporary() ? 451 : 554;
        HookResult coded = refusal.code() == 0 ? refusal.withCode(usual) : refusal;
        replies().answer(transactions.current(), coded, coded, "7.1", () -> {});
    }

    private void answerChunk(MessageInput done) {
        Reply fault = faultOf(done);
        if (fault != null) {
            arrival.endChunks();
            transactions.reset(() -> talk.reply(fault));
        } else {
            talk.reply(Reply.of(250, "2.0.0", "chunk received"));
        }
    }
}
