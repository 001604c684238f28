/** The plugin logging/adaptive. */
@NullMarked
package org.qpsmtpd.plugin.logging.adaptive;

import org.jspecify.annotations.NullMarked;
