/** The plugin loop. */
@NullMarked
package org.qpsmtpd.plugin.loop;

import org.jspecify.annotations.NullMarked;
