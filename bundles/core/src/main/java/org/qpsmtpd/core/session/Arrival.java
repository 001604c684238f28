package org.qpsmtpd.core.session;

import org.jspecify.annotations.Nullable;
import org.qpsmtpd.api.answer.HookResult;

/** How far the message has come that a client is sending, as a whole or in chunks. */
final class Arrival {
    private @Nullable MessageInput input;
    private boolean chunking;
    private boolean lastChunk;
    private @Nullable Reply fault;
    private @Nullable HookResult refusal;

    /** Whether a message is on its way in. */
    boolean isReceiving() {
        return input != null;
    }

    boolean isOf(MessageInput message) {
        return input == message;
    }

    void begin(MessageInput message) {
        input = message;
    }

    /** Nothing more of the message is to come. */
    void end() {
        input = null;
    }

    MessageInput current() {
        MessageInput known = input;
        if (known == null) {
            throw new IllegalStateException("no message is on its way in");
        }
        return known;
    }

    /** Whether the message has arrived, but not yet all of it at the disk. */
    boolean isFinishing() {
        MessageInput known = input;
        return known != null && known.isFinishing();
    }

    /** Whether the client sends the message in chunks. */
    boolean isChunking() {
        return chunking;
    }

    void beginChunks() {
        chunking = true;
        dropFor(null, null);
    }

    boolean isLastChunk() {
        return lastChunk;
    }

    void setLastChunk(boolean last) {
        lastChunk = last;
    }

    /** Chunks are counted and thrown away when one of these says why. */
    void dropFor(@Nullable Reply why, @Nullable HookResult answer) {
        fault = why;
        refusal = answer;
    }

    boolean isDropped() {
        return fault != null || refusal != null;
    }

    /** What is wrong with the commands that came before the chunks. */
    @Nullable Reply fault() {
        return fault;
    }

    /** A plugin's answer that ended the message before it began. */
    @Nullable HookResult refusal() {
        return refusal;
    }

    void endChunks() {
        chunking = false;
        input = null;
        dropFor(null, null);
    }

    /** A RSET, MAIL or EHLO between chunks gives the message up. */
    void abandon() {
        if (chunking) {
            endChunks();
        }
    }
}
