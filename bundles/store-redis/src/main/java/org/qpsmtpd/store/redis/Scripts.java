package org.qpsmtpd.store.redis;

/** What Redis does in one step. The key is always the first and only one. */
final class Scripts {
    /** Before the name of the store and a colon; then the key. */
    static final String PREFIX = "qpsmtpd:";

    /** Value and life of a key; 0 when there is none. */
    static final String READ =
            "local v=redis.call('GET',KEYS[1]) if not v then return 0 end"
                    + " return {v,redis.call('PTTL',KEYS[1])}";

    /**
     * Changes a key if it has what is expected: whether there is a value, that value, whether there
     * shall be one, that, and its life in milliseconds. Returns 1 then, else as {@link #READ}.
     */
    static final String CHANGE =
            "local v=redis.call('GET',KEYS[1])"
                    + " if ARGV[1]=='0' and not v or ARGV[1]=='1' and v==ARGV[2] then"
                    + " if ARGV[3]=='1' then redis.call('SET',KEYS[1],ARGV[4],'PX',ARGV[5])"
                    + " elseif v then redis.call('DEL',KEYS[1]) end return 1 end"
                    + " if not v then return 0 end return {v,redis.call('PTTL',KEYS[1])}";

    /**
     * Adds to a number, whose life in milliseconds begins when there is none. Returns the sum as a
     * text, since a number of Lua is not exact; 0 when what is there is no number, or the sum is
     * too large.
     */
    static final String ADD =
            "local had=redis.call('EXISTS',KEYS[1])"
                    + " local sum=redis.pcall('INCRBY',KEYS[1],ARGV[1])"
                    + " if type(sum)=='table' then return 0 end"
                    + " if had==0 then redis.call('PEXPIRE',KEYS[1],ARGV[2]) end"
                    + " return redis.call('GET',KEYS[1])";

    /** Deletes a key if it has a value. */
    static final String DELETE =
            "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end"
                    + " return 0";

    private Scripts() {}
}
