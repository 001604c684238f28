/** The plugin content_rules. */
@NullMarked
package org.qpsmtpd.plugin.contentrules;

import org.jspecify.annotations.NullMarked;
