/**
 * Calling plugins: immutable chains of them, one run of a hook, and the one door into their code.
 */
@NullMarked
package org.qpsmtpd.core.chain;

import org.jspecify.annotations.NullMarked;
