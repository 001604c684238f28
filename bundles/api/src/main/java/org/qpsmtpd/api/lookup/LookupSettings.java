package org.qpsmtpd.api.lookup;

/**
 * The settings shared by all plugins that look up recipients. A plugin takes this type as a further
 * constructor parameter and hands it to {@link RecipientLookup}, which checks the values.
 */
public @interface LookupSettings {
    /**
     * Domains whose recipients are looked up, with commas between them, as in a file of domains;
     * {@code all} for any. Empty: those that the server takes mail for, which are {@code me} and
     * those of {@code rcpthosts} and {@code morercpthosts}.
     */
    String domains() default "";

    /**
     * What a recipient gets whose mailbox is there: {@code pass} leaves the decision to the plugins
     * that follow, {@code ok} accepts.
     */
    String found() default "pass";

    /** Characters from the first of which on a local part is left out, such as {@code +}. */
    String delimiter() default "";

    /** Seconds for which a mailbox that is there is known; 0 for not at all. */
    String cache__seconds() default "600";

    /** Seconds for which an address without mailbox, or a disabled one, is known; 0 as above. */
    String unknown__cache__seconds() default "60";

    /** How many addresses are known at a time, of each of the two kinds. */
    String cache__entries() default "10000";
}
