package org.qpsmtpd.api.service;

import org.osgi.annotation.versioning.ProviderType;

import java.util.function.Predicate;

/**
 * Regular expressions from configuration files, matched in time linear in the text whatever the
 * expression. The syntax is Perl's without back references and look-around.
 */
@ProviderType
public interface Patterns {
    /**
     * Compiles an expression.
     *
     * @param regex the expression; found anywhere in a text unless anchored
     * @param ignoreCase whether letters match in either case
     * @return says whether a text contains a match
     * @throws IllegalArgumentException saying what is wrong with the expression
     */
    Predicate<String> compile(String regex, boolean ignoreCase);
}
