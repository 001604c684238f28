/** The plugin logging/json. */
@NullMarked
package org.qpsmtpd.plugin.logging.json;

import org.jspecify.annotations.NullMarked;
