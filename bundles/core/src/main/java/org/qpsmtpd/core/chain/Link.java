package org.qpsmtpd.core.chain;

import org.qpsmtpd.core.log.LevelSetting;

/**
 * A plugin's place in the chain of one hook.
 *
 * @param plugin the plugin's name, for the log
 * @param hook the plugin itself
 * @param nonBlocking whether it never waits, so that it may run where input is read
 * @param level its {@code loglevel}
 * @param skipOnError whether its failure counts as no opinion instead of deferring the mail
 * @param <H> the hook's interface
 */
record Link<H>(
        String plugin, H hook, boolean nonBlocking, LevelSetting level, boolean skipOnError) {}
