/**
 * Plugins in order: config/plugins, the instances it names, immutable generations of them, and
 * running a hook.
 */
@NullMarked
package org.qpsmtpd.core.chain;

import org.jspecify.annotations.NullMarked;
