/** The plugin logging/devnull. */
@NullMarked
package org.qpsmtpd.plugin.logging.devnull;

import org.jspecify.annotations.NullMarked;
